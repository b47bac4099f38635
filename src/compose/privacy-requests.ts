import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { makeFileRequest } from '../privacy/file-request.ts'
import { makeFindRequest, makeListItems } from '../privacy/find-request.ts'
import { makeListRequests } from '../privacy/list-requests.ts'
import { requestEndpoints } from '../privacy/request-routes.ts'
import type { RuleBooks } from '../retention/rule-books.ts'
import type { Foundation } from './foundation.ts'
import { rulesInUse } from './tags.ts'

export interface PrivacyRequests {
  readonly endpoints: readonly Endpoint[]
}

/** What members ask for under the GDPR, from the receipt to the answer that has been carried out. */
export function composePrivacyRequests(
  { db, clock }: Pick<Foundation, 'db' | 'clock'>,
  { deadlines }: Pick<Config, 'deadlines'>,
  books: Pick<RuleBooks, 'current' | 'find'>,
): PrivacyRequests {
  const ports = { db, clock, rules: rulesInUse(books), options: deadlines }
  return {
    endpoints: requestEndpoints({
      fileRequest: makeFileRequest(ports),
      listRequests: makeListRequests(ports),
      findRequest: makeFindRequest(ports),
      listItems: makeListItems(ports),
    }),
  }
}

import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { HOUR, MINUTE } from '../kernel/units.ts'
import { makeApproveRefusal } from '../privacy/approve-refusal.ts'
import { makeCheckIdentity } from '../privacy/check-identity.ts'
import { makeDecideRequest } from '../privacy/decide-request.ts'
import { makeExtendRequest } from '../privacy/extend-request.ts'
import { makeFileRequest } from '../privacy/file-request.ts'
import { makeFindRequest, makeListItems } from '../privacy/find-request.ts'
import { makeListRequestAccesses } from '../privacy/list-request-accesses.ts'
import { makeListRequests } from '../privacy/list-requests.ts'
import { makeAddView, makeConfirmAddress, makeConfirmDownload } from '../privacy/member-steps.ts'
import { type ClockConcern, makeRemindRequests } from '../privacy/remind-requests.ts'
import { makeReopenRefusals } from '../privacy/reopen-refusals.ts'
import { makeAcceptFee, makeRecordFee } from '../privacy/request-fee.ts'
import { requestEndpoints } from '../privacy/request-routes.ts'
import { requestStepEndpoints } from '../privacy/request-step-routes.ts'
import { makeTakeUpRequest } from '../privacy/take-up-request.ts'
import { makeTendRequests } from '../privacy/tend-requests.ts'
import { makeWithdrawRequest } from '../privacy/withdraw-request.ts'
import type { RuleBooks } from '../retention/rule-books.ts'
import type { Foundation } from './foundation.ts'
import { rulesInUse } from './tags.ts'

export interface PrivacyRequests {
  readonly endpoints: readonly Endpoint[]
  /** What goes on by itself; `report` hears how many requests are open, almost due, late. */
  readonly jobs: (report: (concern: ClockConcern, count: number) => void) => readonly Job[]
}

/** What members ask for under the GDPR, from the receipt to the answer that has been carried out. */
export function composePrivacyRequests(
  { db, clock, logger }: Pick<Foundation, 'db' | 'clock' | 'logger'>,
  { deadlines }: Pick<Config, 'deadlines'>,
  books: Pick<RuleBooks, 'current' | 'find'>,
): PrivacyRequests {
  const ports = { db, clock, logger, rules: rulesInUse(books), options: deadlines }
  const reopenRefusals = makeReopenRefusals(ports)
  const tendRequests = makeTendRequests(ports)
  return {
    endpoints: [
      ...requestEndpoints({
        fileRequest: makeFileRequest(ports),
        listRequests: makeListRequests(ports),
        findRequest: makeFindRequest(ports),
        listItems: makeListItems(ports),
        listAccesses: makeListRequestAccesses(ports),
      }),
      ...requestStepEndpoints({
        takeUp: makeTakeUpRequest(ports),
        checkIdentity: makeCheckIdentity(ports),
        extend: makeExtendRequest(ports),
        decide: makeDecideRequest(ports),
        approve: makeApproveRefusal(ports),
        addView: makeAddView(ports),
        recordFee: makeRecordFee(ports),
        acceptFee: makeAcceptFee(ports),
        confirmAddress: makeConfirmAddress(ports),
        confirmDownload: makeConfirmDownload(ports),
        withdraw: makeWithdrawRequest(ports),
      }),
    ],
    jobs: (report) => [
      {
        name: 'tend-privacy-requests',
        everyMs: 15 * MINUTE,
        run: async (signal) => {
          await reopenRefusals(signal)
          await tendRequests(signal)
        },
      },
      { name: 'remind-privacy-requests', everyMs: HOUR, run: makeRemindRequests({ ...ports, report }) },
    ],
  }
}

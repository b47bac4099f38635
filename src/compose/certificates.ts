import type { Endpoint } from '../http/endpoint.ts'
import { makeListCounts } from '../recordings/anonymous-list.ts'
import { anonymousEndpoints } from '../recordings/anonymous-routes.ts'
import {
  makeFindCertificate,
  makeFindCertificates,
  makeListSigningKeys,
} from '../recordings/certificate-find.ts'
import { certificateEndpoints } from '../recordings/certificate-routes.ts'
import type { Foundation } from './foundation.ts'

/** What remains of destroyed recordings: certificates, and counts of those that were to be counted. */
export const composeRemains = (
  foundation: Pick<Foundation, 'db' | 'clock' | 'signer'>,
): readonly Endpoint[] => [
  ...certificateEndpoints({
    findCertificate: makeFindCertificate(foundation),
    findCertificates: makeFindCertificates(foundation),
    listSigningKeys: makeListSigningKeys(foundation),
  }),
  ...anonymousEndpoints({ listCounts: makeListCounts(foundation) }),
]

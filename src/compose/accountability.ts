import type { Endpoint } from '../http/endpoint.ts'
import { type AccountPorts, makeReadDpiaFacts, makeReadRecord } from '../privacy/account.ts'
import { accountabilityEndpoints } from '../privacy/accountability-routes.ts'
import { breachEndpoints } from '../privacy/breach-routes.ts'
import { makeListAffected, makeReportBreach } from '../privacy/report-breach.ts'

/** What the organisation has to be able to show: to the authority, to members after a breach, to itself. */
export const composeAccountability = (ports: AccountPorts): Endpoint[] => [
  ...accountabilityEndpoints({ readRecord: makeReadRecord(ports), readDpiaFacts: makeReadDpiaFacts(ports) }),
  ...breachEndpoints({ reportBreach: makeReportBreach(ports), listAffected: makeListAffected(ports) }),
]

import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { MINUTE } from '../kernel/units.ts'
import { breakGlassEndpoints } from '../privacy/break-glass-routes.ts'
import { makeListBreakGlass } from '../privacy/list-break-glass.ts'
import { nameRequestEndpoints } from '../privacy/name-request-routes.ts'
import { makeAskName, makeNameRequests } from '../privacy/name-requests.ts'
import { makeOpenBreakGlass } from '../privacy/open-break-glass.ts'
import { makeRaiseOversight } from '../privacy/oversight-alarms.ts'
import { makeReviewBreakGlass } from '../privacy/review-break-glass.ts'
import { makeAcknowledgeAnomaly, makeListAnomalies } from '../privacy/staff-anomalies.ts'
import { anomalyEndpoints } from '../privacy/staff-anomaly-routes.ts'
import { makeListWithholdings, makeWithholdings } from '../privacy/withhold-accesses.ts'
import { withholdingEndpoints } from '../privacy/withholding-routes.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Foundation } from './foundation.ts'

type Parts = Pick<Foundation, 'db' | 'clock' | 'logger'>

/** What watches over those who listen: emergencies, anomalies, and what members may know of it. */
export const composeOversight = (parts: Parts): readonly Endpoint[] => [
  ...breakGlassEndpoints({
    clock: parts.clock,
    openBreakGlass: makeOpenBreakGlass(parts),
    reviewBreakGlass: makeReviewBreakGlass(parts),
    listBreakGlass: makeListBreakGlass(parts),
  }),
  ...withholdingEndpoints({
    clock: parts.clock,
    withholdings: makeWithholdings(parts),
    listWithholdings: makeListWithholdings(parts),
  }),
  ...nameRequestEndpoints({ askName: makeAskName(parts), nameRequests: makeNameRequests(parts) }),
  ...anomalyEndpoints({
    listAnomalies: makeListAnomalies(parts),
    acknowledgeAnomaly: makeAcknowledgeAnomaly(parts),
  }),
]

/** Says what waits for an officer. */
export const oversightJob = ({ db, clock, logger }: Parts, metrics: Metrics): Job => ({
  name: 'raise-oversight',
  everyMs: 10 * MINUTE,
  run: makeRaiseOversight({
    ...{ db, clock, logger },
    report: (concern, count) => metrics.oversight.set({ concern }, count),
  }),
})

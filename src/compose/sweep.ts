import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { approvalEndpoints } from '../retention/approval-routes.ts'
import { makeApproveDestruction, makeListApprovals } from '../retention/approve-destruction.ts'
import { breakerLimits } from '../retention/breaker.ts'
import { databaseNow } from '../retention/clocks-queries.ts'
import { makeFindSweep, makeListSweeps } from '../retention/find-sweep.ts'
import { makeConfirmDestruction, makeListReviews } from '../retention/review-destruction.ts'
import { reviewEndpoints } from '../retention/review-routes.ts'
import type { RetentionUseCases } from '../retention/routes.ts'
import type { RuleSet } from '../retention/rules.ts'
import { makeRunSweep, makeSweepRegularly } from '../retention/run-sweep.ts'
import { makeSweep, type Sweep } from '../retention/sweep.ts'
import { makeArchiveTag } from '../retention/sweep-verdict.ts'
import type { Foundation } from './foundation.ts'
import { composePurge } from './purge.ts'

/** The sweep with the one deletion path behind it: the same for the service and the command line. */
export const composeSweep = (
  foundation: Foundation,
  config: Config,
  rulesAt: (now: Date) => RuleSet,
): Sweep =>
  makeSweep({
    ...foundation,
    databaseNow,
    storeNow: () => foundation.store.now(),
    purge: composePurge(foundation, config),
    archiveTag: makeArchiveTag(rulesAt),
    breaker: breakerLimits(config.sweep.limit),
    graceDays: config.sweep.graceDays,
  })

export interface Sweeping extends AsyncDisposable {
  /** What the retention endpoints need of it. */
  readonly useCases: Pick<RetentionUseCases, 'runSweep' | 'findSweep' | 'listSweeps'>
  /** What sweeps ask people. */
  readonly endpoints: readonly Endpoint[]
  /** For the scheduler. */
  readonly sweepRegularly: ReturnType<typeof makeSweepRegularly>
}

/** Sweeps that people and the scheduler run, and what people decide about them. */
export function composeSweeping(
  foundation: Foundation,
  config: Config,
  rulesAt: (now: Date) => RuleSet,
): Sweeping {
  const ports = { ...foundation, sweep: composeSweep(foundation, config, rulesAt) }
  const runSweep = makeRunSweep(ports)
  return {
    useCases: { runSweep, findSweep: makeFindSweep(ports), listSweeps: makeListSweeps(ports) },
    endpoints: [
      ...approvalEndpoints({
        listApprovals: makeListApprovals(ports),
        approveDestruction: makeApproveDestruction(ports),
      }),
      ...reviewEndpoints({
        listReviews: makeListReviews(ports),
        confirmDestruction: makeConfirmDestruction(ports),
        graceDays: config.sweep.graceDays,
      }),
    ],
    sweepRegularly: makeSweepRegularly(ports),
    [Symbol.asyncDispose]: () => runSweep[Symbol.asyncDispose](),
  }
}

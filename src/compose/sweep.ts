import type { Config } from '../config/config.ts'
import { breakerLimits } from '../retention/breaker.ts'
import { databaseNow } from '../retention/clocks-queries.ts'
import type { RuleSet } from '../retention/rules.ts'
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

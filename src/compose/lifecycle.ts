import type { Config } from '../config/config.ts'
import type { HealthCheck } from '../http/health.ts'
import type { Job } from '../jobs/schedule.ts'
import { DAY, MINUTE } from '../kernel/units.ts'
import { makeAgreedNow } from '../retention/clocks.ts'
import { databaseNow } from '../retention/clocks-queries.ts'
import { makeKeepLifecycle } from '../retention/keep-lifecycle.ts'
import { lastKeptLifecycle } from '../retention/lifecycle-queries.ts'
import type { Foundation } from './foundation.ts'
import { s3ConfigOf } from './s3-config.ts'

/** As often as the sweep: what the service has still to end itself must not wait long for its rule to go. */
const EVERY_MS = 15 * MINUTE
/** Rules that nobody renews go on working until the horizon is used up; long before, somebody should look. */
const STALE_AFTER_MS = 2 * DAY

export interface Lifecycle {
  readonly jobs: readonly Job[]
  readonly checks: readonly HealthCheck[]
}

/** The bucket's own rules under the sweep. Files have none: a directory ends nothing by itself. */
export function composeLifecycle(foundation: Foundation, config: Config): Lifecycle {
  const { storage } = config
  if (storage.kind === 'files') return { jobs: [], checks: [] }
  const { db, clock, logger } = foundation
  const keep = makeKeepLifecycle({
    ...foundation,
    ...config.lifecycle,
    agreedNow: makeAgreedNow({ clock, databaseNow, logger }).inStep,
    apply: async (terms) => {
      const { keepLifecycle } = await import('../storage/lifecycle.ts')
      return keepLifecycle(s3ConfigOf(storage), terms)
    },
  })
  return {
    jobs: [{ name: 'keep-lifecycle', everyMs: EVERY_MS, run: keep }],
    checks: [
      {
        part: 'lifecycle',
        essential: false,
        check: async () => {
          const last = await lastKeptLifecycle(db)
          if (!last) return 'not kept yet'
          if (clock.now().getTime() - last.at.getTime() > STALE_AFTER_MS)
            throw new Error('the lifecycle rules of the bucket have not been kept for two days')
          return last.outcome === 'unsupported' ? 'not supported by the store' : 'kept'
        },
      },
    ],
  }
}

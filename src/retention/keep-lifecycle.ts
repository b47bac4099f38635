import type { Connection, Database } from '../db/database.ts'
import { addPeriod, type CalendarDay, dayOf, startOfDayAfter } from '../kernel/calendar.ts'
import type { LifecycleOutcome } from '../storage/lifecycle.ts'
import type { LifecycleTerms } from '../storage/lifecycle-rules.ts'
import type { Logger } from '../telemetry/logger.ts'
import { lastDaysNotEnded, rememberLifecycle } from './lifecycle-queries.ts'

export interface KeepLifecyclePorts {
  readonly db: Database
  /** Throws Problem `clock_disagreement` when no clock can be trusted. */
  readonly agreedNow: (connection: Connection) => Promise<Date>
  /** Brings the bucket in step; see `storage/lifecycle.ts`. */
  readonly apply: (terms: LifecycleTerms) => Promise<LifecycleOutcome>
  readonly marginDays: number
  readonly horizonDays: number
  readonly logger: Logger
}

export interface KeptLifecycle {
  readonly outcome: LifecycleOutcome
  /** Last days without a rule, because the service has still to end recordings of that day itself. */
  readonly withheld: readonly CalendarDay[]
}

export type KeepLifecycle = () => Promise<KeptLifecycle>

/**
 * Makes the act that keeps the bucket's own rules in step, so that storage ends what is due when the
 * service is away. While the service is there it goes first: a day on which the store would begin within a
 * day, and whose recordings the service has not ended, be it for the grace, for a reviewer or because too
 * many are due at once, gets no rule until it has. So a wrong retention rule cannot pass the sweep's checks
 * by way of the store.
 * Throws Problem `clock_disagreement`, LifecycleConflictError, and whatever the store answers.
 */
export function makeKeepLifecycle(ports: KeepLifecyclePorts): KeepLifecycle {
  const { db, agreedNow, apply, marginDays, horizonDays, logger } = ports
  return async function keepLifecycle() {
    const now = await agreedNow(db)
    const today = dayOf(now)
    // A last day so long ago that the store's date is tomorrow at the latest.
    const lastDay = addPeriod(today, `-P${marginDays}D`)
    const withheld = await lastDaysNotEnded(db, startOfDayAfter(lastDay))
    const outcome = await apply({ today, horizonDays, marginDays, withheld: new Set(withheld) })
    await rememberLifecycle(db, now, outcome)
    if (outcome === 'written') logger.info('the lifecycle rules of the bucket were renewed', { withheld })
    return { outcome, withheld }
  }
}

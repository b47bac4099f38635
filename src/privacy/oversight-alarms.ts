import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { DAY } from '../kernel/units.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import { forgetListening } from '../recordings/staff-watch-queries.ts'
import type { Logger } from '../telemetry/logger.ts'
import { overdueReviews } from './break-glass-queries.ts'
import { countOpenAnomalies } from './staff-anomaly-queries.ts'
import { overdueWithheld } from './withheld-access-queries.ts'

export const OVERSIGHT_CONCERNS = ['staff_anomalies', 'break_glass_overdue', 'withheld_overdue'] as const
export type OversightConcern = (typeof OVERSIGHT_CONCERNS)[number]

export interface OversightPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Pick<Logger, 'error'>
  /** Hears of every concern, also that there is nothing left of it. */
  readonly report: (concern: OversightConcern, count: number) => void
}

/** Makes the job that says what waits for an officer, and forgets what is no longer counted. */
export function makeRaiseOversight({ db, clock, logger, report }: OversightPorts) {
  return async function raiseOversight(): Promise<void> {
    const now = clock.now()
    await forgetListening(db, new Date(now.getTime() - DAY))
    const anomalies = await countOpenAnomalies(db)
    const overdue = await overdueReviews(db, now)
    const withheld = await overdueWithheld(db, dayOf(now))
    await db.transaction().execute(async (tx) => {
      for (const { id, entity } of overdue)
        await queueNotice(tx, {
          to: { role: 'privacy_officer', entity },
          kind: 'break_glass_overdue',
          about: { type: 'break_glass', id },
          facts: {},
          at: now,
          key: `break-glass-overdue ${id}`,
        })
      for (const { id, entity, review_by: reviewBy } of withheld)
        await queueNotice(tx, {
          ...{ to: { role: 'privacy_officer', entity }, kind: 'withholding_review_overdue' },
          ...{ about: { type: 'none', id: null }, facts: { reviewBy }, at: now },
          key: `withholding-overdue ${id} ${reviewBy}`,
        })
    })
    const counts: Record<OversightConcern, number> = {
      staff_anomalies: [...anomalies.values()].reduce((sum, count) => sum + count, 0),
      break_glass_overdue: overdue.length,
      withheld_overdue: withheld.length,
    }
    for (const concern of OVERSIGHT_CONCERNS) {
      report(concern, counts[concern])
      if (counts[concern] > 0)
        logger.error('an officer has to look at what staff did', { alarm: concern, count: counts[concern] })
    }
  }
}

import type { Connection, Database } from '../db/database.ts'
import { addPeriod, dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import { countOpen, reviewsDue, unansweredUntil } from './reopen-queries.ts'
import { tellOfficers } from './request-notices.ts'

export const CLOCK_CONCERNS = ['open', 'due_soon', 'overdue', 'review_due'] as const
export type ClockConcern = (typeof CLOCK_CONCERNS)[number]

export interface RemindPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
  /** Hears of every concern, also that there is nothing left of it. */
  readonly report: (concern: ClockConcern, count: number) => void
}

/** Officers are reminded this many days before a deadline, and on the last day but one again. */
const REMINDERS = [7, 2] as const

/**
 * Tells officers what is almost due, what is too late, and which restrictions of rights have to be looked at again,
 * each once; and says of what is late how much there is, every time. Nothing here answers a request.
 */
export function makeRemindRequests({ db, clock, logger, report }: RemindPorts) {
  return async function remindRequests(): Promise<void> {
    const at = clock.now()
    const today = dayOf(at)
    const soon = await unansweredUntil(db, addPeriod(today, `P${REMINDERS[0]}D`))
    const overdue = soon.filter(({ deadline }) => deadline < today)
    const reviews = await reviewsDue(db, today)
    await db.transaction().execute(async (tx) => {
      for (const row of soon) await remind(tx, row, today, at)
      for (const { until, ...row } of reviews)
        await tellOfficers(tx, row, { kind: 'request_review_due', at, facts: { until }, cause: until })
    })
    await reportAll(db, report, {
      due_soon: soon.length - overdue.length,
      overdue: overdue.length,
      review_due: reviews.length,
    })
    alarm(logger, 'privacy_request_overdue', overdue.length, overdue[0]?.deadline)
    alarm(logger, 'privacy_review_due', reviews.length, reviews[0]?.until)
  }
}

type Unanswered = Awaited<ReturnType<typeof unansweredUntil>>[number]

async function remind(
  tx: Parameters<typeof tellOfficers>[0],
  row: Unanswered,
  today: string,
  at: Date,
): Promise<void> {
  const { deadline } = row
  const facts = { deadline }
  if (deadline < today) return tellOfficers(tx, row, { kind: 'request_overdue', at, facts, cause: deadline })
  const isLast = deadline <= addPeriod(today, `P${REMINDERS[1]}D`)
  const cause = `${deadline}:${isLast ? 'last' : 'first'}`
  return tellOfficers(tx, row, { kind: 'request_reminder', at, facts, cause })
}

async function reportAll(
  db: Connection,
  report: RemindPorts['report'],
  counts: Readonly<Record<Exclude<ClockConcern, 'open'>, number>>,
): Promise<void> {
  report('open', await countOpen(db))
  for (const concern of ['due_soon', 'overdue', 'review_due'] as const) report(concern, counts[concern])
}

function alarm(logger: Logger, name: string, count: number, since: string | undefined): void {
  if (count > 0) logger.error('privacy requests need somebody now', { alarm: name, count, since })
}

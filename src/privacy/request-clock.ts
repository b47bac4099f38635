import { addPeriod, type CalendarDay, dayOf, startOfDay } from '../kernel/calendar.ts'
import { DAY } from '../kernel/units.ts'
import { type DeadlineOptions, workingDayFrom } from './deadline.ts'
import type { RequestState } from './request-model.ts'

/** What the clocks of a request follow from. */
export interface ClockFacts {
  readonly state: RequestState
  readonly receivedAt: Date
  readonly targetDate: CalendarDay
  readonly dueDate: CalendarDay
  readonly extendedDueDate: CalendarDay
  /** The last day that counts now. */
  readonly deadline: CalendarDay
  readonly extendedAt: Date | null
  readonly identityAskedAt: Date | null
  readonly identityAnsweredAt: Date | null
}

export interface Clocks {
  readonly targetDate: CalendarDay
  readonly dueDate: CalendarDay
  readonly extendedDueDate: CalendarDay
  readonly deadline: CalendarDay
  /** The last day if the time in which the identity was in doubt does not count; null when it never was. */
  readonly pausedDueDate: CalendarDay | null
  /** Whether the clock stands still at this moment, as far as pausing is accepted. */
  readonly isPaused: boolean
  /** Whole days until the deadline; 0 on the day itself, negative after it. */
  readonly daysLeft: number
  readonly isOverdue: boolean
}

/** In these states the member still waits for an answer. */
export const UNANSWERED: readonly RequestState[] = ['received', 'identity_check', 'in_review', 'extended']

/** A question asked later than this after the receipt was not asked without delay, and pauses nothing. */
const WITHOUT_DELAY_DAYS = 7

/**
 * The clocks of a request, side by side: those that never stand still, by which we are reminded, and the one that
 * does while a justified question about the identity is open (Art. 12(6) GDPR). Pure.
 */
export function clocksOf(facts: ClockFacts, now: Date, options?: DeadlineOptions): Clocks {
  const { targetDate, dueDate, extendedDueDate, deadline } = facts
  const today = dayOf(now)
  const isWaiting = UNANSWERED.includes(facts.state)
  const pause = pauseOf(facts, now)
  return {
    ...{ targetDate, dueDate, extendedDueDate, deadline },
    pausedDueDate: pause === null ? null : workingDayFrom(daysAfter(unrolled(facts), pause), options),
    isPaused: isWaiting && pause !== null && facts.identityAnsweredAt === null,
    daysLeft: daysBetween(today, deadline),
    isOverdue: isWaiting && today > deadline,
  }
}

/** Whole days for which the question was open; null when nothing was asked, or too late. */
function pauseOf({ receivedAt, identityAskedAt, identityAnsweredAt }: ClockFacts, now: Date): number | null {
  if (identityAskedAt === null) return null
  if (daysBetween(dayOf(receivedAt), dayOf(identityAskedAt)) > WITHOUT_DELAY_DAYS) return null
  return daysBetween(dayOf(identityAskedAt), dayOf(identityAnsweredAt ?? now))
}

/** The day from which a pause is counted on: one that has not been moved to a working day yet. */
const unrolled = ({ receivedAt, extendedAt, targetDate }: ClockFacts): CalendarDay =>
  extendedAt === null ? targetDate : addPeriod(dayOf(receivedAt), 'P3M')

const daysAfter = (day: CalendarDay, days: number): CalendarDay =>
  days === 0 ? day : addPeriod(day, `P${days}D`)

/** Calendar days from one to the other; rounding takes out the hour of the change to or from summer time. */
export const daysBetween = (from: CalendarDay, to: CalendarDay): number =>
  Math.round((startOfDay(to).getTime() - startOfDay(from).getTime()) / DAY)

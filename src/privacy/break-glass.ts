import { addPeriod, type CalendarDay, dayOf, startOfDayAfter } from '../kernel/calendar.ts'
import { MINUTE } from '../kernel/units.ts'
import { workingDayFrom } from './deadline.ts'

/** An emergency opens a recording for this long at most. */
export const LONGEST_MINUTES = 60
/** Shorter than this explains nothing. */
export const SHORTEST_REASON = 20
const REVIEW_WORKING_DAYS = 2

export interface EmergencyWindow {
  readonly openedAt: Date
  readonly endsAt: Date
  /** Last day on which the review is in time: the second working day after the day of opening, in Amsterdam. */
  readonly reviewBy: CalendarDay
  readonly reviewDueAt: Date
}

/** When emergency access that is opened now ends by itself, and until when somebody else must have looked at it. */
export function windowOf(openedAt: Date, minutes: number): EmergencyWindow {
  if (!(minutes > 0 && minutes <= LONGEST_MINUTES)) throw new RangeError('no emergency lasts that long')
  let reviewBy = dayOf(openedAt)
  for (let n = 0; n < REVIEW_WORKING_DAYS; n++) reviewBy = workingDayFrom(addPeriod(reviewBy, 'P1D'))
  return {
    openedAt,
    endsAt: new Date(openedAt.getTime() + minutes * MINUTE),
    reviewBy,
    reviewDueAt: startOfDayAfter(reviewBy),
  }
}

// biome-ignore lint/correctness/noUnresolvedImports: its types hide the default export that it has
import Holidays from 'date-holidays'
import { addPeriod, type CalendarDay, dayOf } from '../kernel/calendar.ts'

/** When a request of a data subject must have been answered (Art. 12(3) GDPR), as days in Amsterdam. */
export interface Deadline {
  /** Day of receipt, which is not counted. */
  readonly receivedOn: CalendarDay
  /** The same day of the next month: what to aim for, and never too late. */
  readonly targetDate: CalendarDay
  /** Last day of the period: a target on a day off moves to the next working day. */
  readonly dueDate: CalendarDay
  /** Last day when the period was extended by two months; counted from the receipt too. */
  readonly extendedDueDate: CalendarDay
}

export interface DeadlineOptions {
  /**
   * Whether Good Friday is a day off. It is none by law for most employers, so by default no answer
   * waits for it.
   */
  readonly goodFriday: boolean
}

/**
 * The periods of Regulation 1182/71: months end on the same day number, or on the last day of a shorter
 * month, and a last day on a Saturday, Sunday or Dutch public holiday moves to the next working day
 * (Art. 3(2)(c) and 3(4)). Both periods count from the receipt: adding to a sum would come too late.
 */
export function deadlineOf(receivedAt: Date, options: DeadlineOptions = { goodFriday: false }): Deadline {
  const receivedOn = dayOf(receivedAt)
  const targetDate = addPeriod(receivedOn, 'P1M')
  return {
    receivedOn,
    targetDate,
    dueDate: workingDayFrom(targetDate, options),
    extendedDueDate: workingDayFrom(addPeriod(receivedOn, 'P3M'), options),
  }
}

/** The day itself when people work on it, else the next one on which they do. */
export function workingDayFrom(
  day: CalendarDay,
  options: DeadlineOptions = { goodFriday: false },
): CalendarDay {
  let candidate = day
  while (isDayOff(candidate, options)) candidate = addPeriod(candidate, 'P1D')
  return candidate
}

function isDayOff(day: CalendarDay, { goodFriday }: DeadlineOptions): boolean {
  const { publicDays, goodFridays } = daysOffOf(Number(day.slice(0, 4)))
  return isWeekend(day) || publicDays.has(day) || (goodFriday && goodFridays.has(day))
}

/** Noon in UTC is on the same day everywhere the weekday could be asked for. */
const isWeekend = (day: CalendarDay): boolean => [0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay())

interface DaysOff {
  readonly publicDays: ReadonlySet<CalendarDay>
  readonly goodFridays: ReadonlySet<CalendarDay>
}

const GOOD_FRIDAY = 'easter -2'
const dutch = new Holidays('NL')
const byYear = new Map<number, DaysOff>()

function daysOffOf(year: number): DaysOff {
  const found = byYear.get(year)
  if (found) return found
  const holidays = dutch.getHolidays(year)
  const days = (list: typeof holidays) => new Set(list.map(({ date }) => date.slice(0, 10)))
  const daysOff = {
    publicDays: days(holidays.filter(({ type }) => type === 'public')),
    goodFridays: days(holidays.filter(({ rule }) => rule === GOOD_FRIDAY)),
  }
  byYear.set(year, daysOff)
  return daysOff
}

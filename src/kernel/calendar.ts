import { Temporal } from 'temporal-polyfill'

/**
 * Calendar arithmetic of retention. A calendar day is `YYYY-MM-DD` text in Europe/Amsterdam, the zone
 * in which the policy speaks of days; neither the server's zone nor the UTC day plays any part.
 */
export type CalendarDay = string

const ZONE = 'Europe/Amsterdam'

/** Whole calendar units only: hours have no meaning for a period that ends with a day. */
const PERIOD = /^P(?=\d)(?:\d{1,4}Y)?(?:\d{1,4}M)?(?:\d{1,4}W)?(?:\d{1,5}D)?$/

/** Whether text is an ISO 8601 period of years, months, weeks and days that is longer than nothing. */
export const isPeriod = (text: string): boolean => PERIOD.test(text) && !Temporal.Duration.from(text).blank

/** The calendar day in Amsterdam on which the instant falls. */
export function dayOf(instant: Date): CalendarDay {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(ZONE)
    .toPlainDate()
    .toString()
}

/** The instant as a clock in Amsterdam shows it, with its offset from UTC (RFC 3339). */
export const localTime = (instant: Date): string =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(ZONE)
    .toString({ timeZoneName: 'never', smallestUnit: 'second' })

/**
 * The day one ISO 8601 period after a day; where the month is too short, its last day. Always add to
 * the trigger date: adding to a sum drifts (31 Jan, 28 Feb, 28 Mar).
 */
export function addPeriod(day: CalendarDay, period: string): CalendarDay {
  return Temporal.PlainDate.from(day)
    .add(Temporal.Duration.from(period), { overflow: 'constrain' })
    .toString()
}

/** 31 December of the year of a day, for rules that count from the end of the (book) year. */
export const endOfYear = (day: CalendarDay): CalendarDay => `${day.slice(0, -6)}-12-31`

/** The first instant of a day in Amsterdam; a day has 23, 24 or 25 hours. */
export const startOfDay = (day: CalendarDay): Date => new Date(startMs(day, 0))

/** The first instant at which a day that counted to its end is over. */
export const startOfDayAfter = (day: CalendarDay): Date => new Date(startMs(day, 1))

/** Runs over thousands of recordings ask for the same few days again and again. */
const known = new Map<string, number>()
const MOST_KNOWN = 10_000

function startMs(day: CalendarDay, later: 0 | 1): number {
  const key = `${day}+${later}`
  const found = known.get(key)
  if (found !== undefined) return found
  const date = Temporal.PlainDate.from(day).add({ days: later })
  const ms = date.toZonedDateTime(ZONE).epochMilliseconds
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(key, ms)
  return ms
}

/** The later of two days; equal-length ISO text sorts as the calendar does. */
export const laterDay = (one: CalendarDay, other: CalendarDay): CalendarDay => (one < other ? other : one)

/**
 * Amsterdam's calendar a second time, in plain integers and without any date library, so that the
 * product's arithmetic can be compared with something that cannot share its mistakes.
 * Summer time by the EU rule in force since 1996: last Sunday of March to last Sunday of October, 01:00 UTC.
 */
export interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

export const daysInMonth = (year: number, month: number): number =>
  [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] as number

/** Days from 1970-01-01, by counting. */
export function dayNumber({ year, month, day }: Civil): number {
  const before = (y: number) => 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  let days = before(year - 1) - before(1969)
  for (let m = 1; m < month; m += 1) days += daysInMonth(year, m)
  return days + day - 1
}

export function civilOf(days: number): Civil {
  let year = 1970 + Math.floor(days / 366)
  while (dayNumber({ year: year + 1, month: 1, day: 1 }) <= days) year += 1
  let month = 1
  while (month < 12 && dayNumber({ year, month: month + 1, day: 1 }) <= days) month += 1
  return { year, month, day: days - dayNumber({ year, month, day: 1 }) + 1 }
}

/** 1970-01-01 was a Thursday. */
const weekday = (days: number): number => (((days + 4) % 7) + 7) % 7

function lastSunday(year: number, month: number): number {
  const last = dayNumber({ year, month, day: daysInMonth(year, month) })
  return last - weekday(last)
}

const isSummer = (epochMs: number, year: number): boolean =>
  epochMs >= lastSunday(year, 3) * DAY_MS + HOUR_MS && epochMs < lastSunday(year, 10) * DAY_MS + HOUR_MS

/** The Amsterdam day of an instant. */
export function oracleDayOf(epochMs: number): Civil {
  const { year } = civilOf(Math.floor(epochMs / DAY_MS))
  const offset = isSummer(epochMs, year) ? 2 * HOUR_MS : HOUR_MS
  return civilOf(Math.floor((epochMs + offset) / DAY_MS))
}

/** Midnight is never inside the hour that the clocks skip or repeat, so the offset at 00:00 is plain. */
export function oracleStartOfDay(civil: Civil): number {
  const days = dayNumber(civil)
  const summer = days > lastSunday(civil.year, 3) && days <= lastSunday(civil.year, 10)
  return days * DAY_MS - (summer ? 2 : 1) * HOUR_MS
}

export function oracleAddMonths({ year, month, day }: Civil, months: number): Civil {
  const total = year * 12 + (month - 1) + months
  const target = { year: Math.floor(total / 12), month: (total % 12) + 1 }
  return { ...target, day: Math.min(day, daysInMonth(target.year, target.month)) }
}

export const oracleAddDays = (civil: Civil, days: number): Civil => civilOf(dayNumber(civil) + days)

export const text = ({ year, month, day }: Civil): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`

import { addPeriod, type CalendarDay } from '../kernel/calendar.ts'
import type { Movement } from './overview-queries.ts'

/** One day of what is stored. */
export interface StockDay {
  readonly day: CalendarDay
  readonly received: number
  readonly destroyed: number
  /** At the end of the day; today so far. */
  readonly stored: number
}

/**
 * Every day until today, also those on which nothing came or went, from the first one that is known on. Pure.
 * `movements` are in order, with what was before them first.
 */
export function stockDays(
  movements: readonly Movement[],
  from: CalendarDay,
  today: CalendarDay,
): readonly StockDay[] {
  const [first] = movements
  const before = first?.day === null ? first : undefined
  const byDay = new Map(movements.map((movement) => [movement.day, movement]))
  const start = before ? from : (first?.day ?? today)
  let stored = before ? before.received - before.destroyed : 0
  return daysBetween(start, today).map((day) => {
    const { received = 0, destroyed = 0 } = byDay.get(day) ?? {}
    stored += received - destroyed
    return { day, received, destroyed, stored }
  })
}

/** All days from one to another, both inclusive; none when the first is the later one. */
export function daysBetween(first: CalendarDay, last: CalendarDay): readonly CalendarDay[] {
  const days: CalendarDay[] = []
  for (let day = first; day <= last; day = addPeriod(day, 'P1D')) days.push(day)
  return days
}

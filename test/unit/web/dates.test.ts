import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallSummary } from '../../../src/web/api/contract.ts'
import {
  calendarDay,
  capitalised,
  clock,
  dayInMonth,
  fullDay,
  monthName,
  monthOf,
} from '../../../src/web/i18n/dates.ts'
import { byMonth } from '../../../src/web/listening/by-month.ts'

const startedAt = (instant: string): CallSummary => ({
  id: instant,
  status: 'available',
  entity: 'hmbs',
  product: 'car',
  direction: 'inbound',
  startedAt: instant,
  durationSeconds: 60,
  purposes: [],
  keepUntil: null,
  held: false,
  restricted: false,
})

describe('dates in the page', () => {
  test('a call has the date and time of the clock in the Netherlands, in winter and in summer', () => {
    expect(fullDay('2026-10-31T23:30:00Z', 'nl')).toBe('zondag 1 november 2026')
    expect(clock('2026-10-31T23:30:00Z', 'nl')).toBe('00:30')
    expect(clock('2026-07-01T10:05:00Z', 'en')).toBe('12:05')
  })

  test('both languages name days and months in their own way', () => {
    // Whether a comma follows the weekday differs between versions of the Unicode data.
    expect(fullDay('2026-11-14T13:05:00Z', 'en')).toMatch(/^Saturday,? 14 November 2026$/)
    expect(capitalised(dayInMonth('2026-11-14T13:05:00Z', 'nl'))).toBe('Zaterdag 14\u00a0november')
    expect(monthName('2026-11', 'nl')).toBe('november 2026')
    expect(monthName('2026-11', 'en')).toBe('November 2026')
  })

  test('a calendar day stays that day and does not break over two lines', () => {
    expect(calendarDay('2027-05-14', 'nl')).toBe('14\u00a0mei\u00a02027')
    expect(calendarDay('2028-02-29', 'en')).toBe('29\u00a0February\u00a02028')
  })
})

describe('calls by month', () => {
  test('a call after midnight in the Netherlands belongs to the new month, not to the one in UTC', () => {
    expect(monthOf('2026-10-31T22:59:59Z')).toBe('2026-10')
    expect(monthOf('2026-10-31T23:00:00Z')).toBe('2026-11')
    expect(monthOf('2026-06-30T22:00:00Z')).toBe('2026-07')
  })

  test('months and the calls in them keep the order in which the service gave them', () => {
    const calls = ['2026-11-20T09:00:00Z', '2026-10-31T23:30:00Z', '2026-10-02T08:00:00Z'].map(startedAt)
    expect(byMonth(calls).map(({ month, calls: list }) => [month, list.map(({ id }) => id)])).toEqual([
      ['2026-11', ['2026-11-20T09:00:00Z', '2026-10-31T23:30:00Z']],
      ['2026-10', ['2026-10-02T08:00:00Z']],
    ])
  })

  test('no call is lost and none appears twice', () => {
    const instants = fc.array(
      fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
    )
    fc.assert(
      fc.property(instants, (dates) => {
        const calls = dates.map((date) => startedAt(date.toISOString()))
        const grouped = byMonth(calls)
        expect(new Set(grouped.map(({ month }) => month)).size).toBe(grouped.length)
        expect(
          grouped
            .flatMap((month) => month.calls)
            .map(({ id }) => id)
            .sort(),
        ).toEqual(calls.map(({ id }) => id).sort())
      }),
    )
  })
})

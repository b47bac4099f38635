import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deadlineOf } from '../../../src/privacy/deadline.ts'
import { civilOf, dayNumber, oracleAddMonths, oracleDayOf, text } from '../retention/calendar-oracle.ts'

/** The server's zone, and how far its July is from UTC in minutes. */
const ZONES = [
  ['UTC', 0],
  ['America/New_York', 240],
  ['Asia/Tokyo', -540],
] as const

describe.each(ZONES)('T11: with a server in %s', (zone, julyOffset) => {
  const original = process.env.TZ
  beforeAll(() => {
    process.env.TZ = zone
  })
  afterAll(() => {
    if (original === undefined) delete process.env.TZ
    else process.env.TZ = original
  })

  test('the server zone is really in effect', () => {
    expect(new Date('2026-07-01T12:00:00Z').getTimezoneOffset()).toBe(julyOffset)
  })

  test.each([
    ['Easter Sunday and Monday', '2026-03-05T10:00:00Z', '2026-04-05', '2026-04-07', '2026-06-05'],
    ['a shorter month', '2024-01-31T10:00:00Z', '2024-02-29', '2024-02-29', '2024-04-30'],
    [
      'a shorter month that ends on Saturday',
      '2026-01-31T10:00:00Z',
      '2026-02-28',
      '2026-03-02',
      '2026-04-30',
    ],
    ['the turn of the year', '2025-12-31T10:00:00Z', '2026-01-31', '2026-02-02', '2026-03-31'],
    ['Good Friday, on which people work', '2026-03-03T10:00:00Z', '2026-04-03', '2026-04-03', '2026-06-03'],
    [
      'a receipt after midnight in Amsterdam',
      '2026-03-31T22:30:00Z',
      '2026-05-01',
      '2026-05-01',
      '2026-07-01',
    ],
    [
      'a receipt before midnight in Amsterdam',
      '2026-03-31T21:59:59Z',
      '2026-04-30',
      '2026-04-30',
      '2026-06-30',
    ],
    ['King’s Day', '2026-03-27T10:00:00Z', '2026-04-27', '2026-04-28', '2026-06-29'],
    ['Christmas before a weekend', '2026-11-25T10:00:00Z', '2026-12-25', '2026-12-28', '2027-02-25'],
    ['New Year’s Day', '2026-12-01T10:00:00Z', '2027-01-01', '2027-01-04', '2027-03-01'],
    ['the end of August', '2026-08-31T10:00:00Z', '2026-09-30', '2026-09-30', '2026-11-30'],
  ])('%s', (_name, receivedAt, targetDate, dueDate, extendedDueDate) => {
    expect(deadlineOf(new Date(receivedAt))).toMatchObject({ targetDate, dueDate, extendedDueDate })
  })

  test('Good Friday moves the day when it counts as a day off', () => {
    const { targetDate, dueDate } = deadlineOf(new Date('2026-03-03T10:00:00Z'), { goodFriday: true })
    expect([targetDate, dueDate]).toEqual(['2026-04-03', '2026-04-07'])
  })

  test('the target is the same day of the next month, and the last day is a weekday soon after', () => {
    const anyReceipt = fc.integer({ min: Date.parse('2018-05-25'), max: Date.parse('2060-01-01') })
    fc.assert(
      fc.property(anyReceipt, (ms) => {
        const received = oracleDayOf(ms)
        const { targetDate, dueDate, extendedDueDate } = deadlineOf(new Date(ms))
        const extended = oracleAddMonths(received, 3)
        const numbers = [dueDate, extendedDueDate].map(numberOf)
        const earliest = [oracleAddMonths(received, 1), extended].map(dayNumber)
        return (
          targetDate === text(oracleAddMonths(received, 1)) &&
          numbers.every((day, i) => day >= (earliest[i] ?? 0) && day - (earliest[i] ?? 0) <= 5) &&
          numbers.every((day) => ![0, 6].includes((((day + 4) % 7) + 7) % 7))
        )
      }),
      { numRuns: 3000 },
    )
  })
})

/**
 * Dutch days off a second time, without any library: Easter by the anonymous Gregorian computus (Meeus), and the
 * days that hang on it, King's Day (a day earlier when it falls on a Sunday), Christmas and New Year.
 */
function oracleDaysOff(year: number, goodFriday: boolean): Set<number> {
  const on = (month: number, day: number) => dayNumber({ year, month, day })
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100]
  const [d, e, f] = [Math.floor(b / 4), b % 4, Math.floor((b + 8) / 25)]
  const h = (19 * a + b - d - Math.floor((b - f + 1) / 3) + 15) % 30
  const l = (32 + 2 * e + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const easter = on(Math.floor((h + l - 7 * m + 114) / 31), ((h + l - 7 * m + 114) % 31) + 1)
  const king = weekdayOf(on(4, 27)) === 0 ? on(4, 26) : on(4, 27)
  const moving = [0, 1, 39, 49, 50, ...(goodFriday ? [-2] : [])].map((after) => easter + after)
  return new Set([on(1, 1), king, on(12, 25), on(12, 26), ...moving])
}

/** 1970-01-01 was a Thursday; 0 is Sunday. */
const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7

function oracleWorkingDay(from: number, goodFriday: boolean): string {
  let day = from
  while ([0, 6].includes(weekdayOf(day)) || oracleDaysOff(civilOf(day).year, goodFriday).has(day)) day += 1
  return text(civilOf(day))
}

test('the oracle knows Easter', () => {
  for (const [year, month, day] of [
    [2024, 3, 31],
    [2025, 4, 20],
    [2026, 4, 5],
    [2038, 4, 25],
    [2285, 3, 22],
  ] as const)
    expect(oracleDaysOff(year, false)).toContain(dayNumber({ year, month, day }))
})

test('every last day is the one that another calendar finds', () => {
  const anyReceipt = fc.integer({ min: Date.parse('2018-05-25'), max: Date.parse('2060-01-01') })
  fc.assert(
    fc.property(anyReceipt, fc.boolean(), (ms, goodFriday) => {
      const received = oracleDayOf(ms)
      const after = (months: number) =>
        oracleWorkingDay(dayNumber(oracleAddMonths(received, months)), goodFriday)
      expect(deadlineOf(new Date(ms), { goodFriday })).toEqual({
        receivedOn: text(received),
        targetDate: text(oracleAddMonths(received, 1)),
        dueDate: after(1),
        extendedDueDate: after(3),
      })
    }),
    { numRuns: 5000 },
  )
})

function numberOf(day: string): number {
  const [year = 0, month = 0, dayOfMonth = 0] = day.split('-').map(Number)
  return dayNumber({ year, month, day: dayOfMonth })
}

test('the oracle counts days both ways', () => {
  expect(text(civilOf(numberOf('2026-04-07')))).toBe('2026-04-07')
})

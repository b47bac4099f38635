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

function numberOf(day: string): number {
  const [year = 0, month = 0, dayOfMonth = 0] = day.split('-').map(Number)
  return dayNumber({ year, month, day: dayOfMonth })
}

test('the oracle counts days both ways', () => {
  expect(text(civilOf(numberOf('2026-04-07')))).toBe('2026-04-07')
})

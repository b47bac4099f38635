import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addPeriod,
  dayOf,
  endOfYear,
  isPeriod,
  startOfDay,
  startOfDayAfter,
} from '../../../src/kernel/calendar.ts'
import {
  type Civil,
  civilOf,
  dayNumber,
  oracleAddDays,
  oracleAddMonths,
  oracleDayOf,
  oracleStartOfDay,
  text,
} from './calendar-oracle.ts'

const SERVER_ZONES = [
  { zone: 'UTC', julyOffset: 0 },
  { zone: 'America/New_York', julyOffset: 240 },
  { zone: 'Asia/Tokyo', julyOffset: -540 },
]

const RUNS = 35_000
const FIRST_DAY = dayNumber({ year: 1996, month: 1, day: 1 })
const LAST_DAY = dayNumber({ year: 2150, month: 12, day: 31 })
const anyDay = fc.integer({ min: FIRST_DAY, max: LAST_DAY }).map(civilOf)
const anyInstant = fc
  .integer({ min: FIRST_DAY * 86_400, max: LAST_DAY * 86_400 })
  .map((seconds) => seconds * 1000)

describe.each(SERVER_ZONES)('with a server in $zone', ({ zone, julyOffset }) => {
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
    [
      'the last day of a month is kept inside a shorter one',
      '2025-08-31',
      'P6M',
      '2026-02-28',
      '2026-02-28T23:00:00.000Z',
    ],
    [
      'a leap day becomes the last of February',
      '2020-02-29',
      'P7Y',
      '2027-02-28',
      '2027-02-28T23:00:00.000Z',
    ],
    ['a leap day stays one when it can', '2020-02-29', 'P4Y', '2024-02-29', '2024-02-29T23:00:00.000Z'],
    ['one month from the end of January', '2026-01-31', 'P1M', '2026-02-28', '2026-02-28T23:00:00.000Z'],
    [
      'two months from it are not two times one month',
      '2026-01-31',
      'P2M',
      '2026-03-31',
      '2026-03-31T22:00:00.000Z',
    ],
    ['the day before summer time begins', '2025-09-28', 'P6M', '2026-03-28', '2026-03-28T23:00:00.000Z'],
    ['the day of 23 hours', '2025-09-29', 'P6M', '2026-03-29', '2026-03-29T22:00:00.000Z'],
    ['the day of 25 hours', '2026-04-25', 'P6M', '2026-10-25', '2026-10-25T23:00:00.000Z'],
    ['days are counted as days', '2026-03-28', 'P2D', '2026-03-30', '2026-03-30T22:00:00.000Z'],
    [
      'beyond the second of 2038 where 32 bits end',
      '2031-01-19',
      'P7Y',
      '2038-01-19',
      '2038-01-19T23:00:00.000Z',
    ],
  ])('%s', (_name, day, period, lastDay, due) => {
    expect(addPeriod(day, period)).toBe(lastDay)
    expect(startOfDayAfter(lastDay).toISOString()).toBe(due)
  })

  test('a call that ends on New Year’s Eve in UTC ended in the next book year', () => {
    const ended = dayOf(new Date('2025-12-31T23:30:00Z'))
    expect(ended).toBe('2026-01-01')
    expect(addPeriod(endOfYear(ended), 'P7Y')).toBe('2033-12-31')
  })

  test.each([
    ['2026-03-29T00:59:59.999Z', '2026-03-29'],
    ['2026-03-28T22:59:59.999Z', '2026-03-28'],
    ['2026-03-28T23:00:00.000Z', '2026-03-29'],
    ['2026-10-24T21:59:59.999Z', '2026-10-24'],
    ['2026-10-24T22:00:00.000Z', '2026-10-25'],
    ['2026-10-25T22:59:59.999Z', '2026-10-25'],
    ['2026-03-31T22:30:00.000Z', '2026-04-01'],
  ])('%s falls on %s', (instant, day) => {
    expect(dayOf(new Date(instant))).toBe(day)
  })

  test('the days on which the clocks change have 23 and 25 hours', () => {
    const hours = (day: string) => (startOfDayAfter(day).getTime() - startOfDay(day).getTime()) / 3_600_000
    expect([hours('2026-03-29'), hours('2026-10-25'), hours('2026-06-01')]).toEqual([23, 25, 24])
  })

  test('months, days and due instants equal the oracle', () => {
    const property = fc.property(
      anyDay,
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 1, max: 9000 }),
      (day: Civil, months: number, days: number) => {
        const afterMonths = oracleAddMonths(day, months)
        const years = Math.floor(months / 12)
        const inYears = years > 0 ? `P${years}Y${months % 12}M` : `P${months}M`
        return (
          addPeriod(text(day), `P${months}M`) === text(afterMonths) &&
          addPeriod(text(day), inYears) === text(afterMonths) &&
          addPeriod(text(day), `P${days}D`) === text(oracleAddDays(day, days)) &&
          startOfDay(text(afterMonths)).getTime() === oracleStartOfDay(afterMonths) &&
          startOfDayAfter(text(day)).getTime() === oracleStartOfDay(oracleAddDays(day, 1))
        )
      },
    )
    fc.assert(property, { numRuns: RUNS })
  })

  test('the day of an instant equals the oracle', () => {
    fc.assert(
      fc.property(anyInstant, (instant) => dayOf(new Date(instant)) === text(oracleDayOf(instant))),
      { numRuns: RUNS },
    )
  })
})

test.each(['P6M', 'P7Y', 'P1Y6M', 'P2W', 'P30D', 'P1Y2M3W4D'])('%s is a period', (value) => {
  expect(isPeriod(value)).toBe(true)
})

test.each([
  '',
  'P',
  'P0D',
  'P0M',
  '6M',
  '-P6M',
  'P-6M',
  'PT24H',
  'P1DT1H',
  'P6',
  'P6M ',
  'p6m',
  'P1.5M',
  'P99999Y',
  '6 months',
])('"%s" is not a period', (value) => {
  expect(isPeriod(value)).toBe(false)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addPeriod } from '../../../src/kernel/calendar.ts'
import { daysBetween, stockDays } from '../../../src/retention/overview-days.ts'

const TODAY = '2026-11-30'
const FROM = '2026-10-01'
const dayAt = (ago: number) => addPeriod(TODAY, `-P${ago}D`)

const movement = fc.record({ ago: fc.nat(120), received: fc.nat(50), destroyed: fc.nat(5) })

test('every day until today is there once, in order, and the last one has all that is left', () => {
  fc.assert(
    fc.property(fc.uniqueArray(movement, { selector: ({ ago }) => ago, maxLength: 40 }), (moves) => {
      const all = moves.map(({ ago, ...counts }) => ({ day: dayAt(ago), ...counts }))
      const older = all.filter(({ day }) => day < FROM)
      const sum = (of: readonly { received: number; destroyed: number }[]) =>
        of.reduce((left, { received, destroyed }) => left + received - destroyed, 0)
      const before = { day: null, destroyed: 0, received: sum(older) }
      const recent = all.filter(({ day }) => day >= FROM).toSorted((a, b) => a.day.localeCompare(b.day))
      const days = stockDays(older.length > 0 ? [before, ...recent] : recent, FROM, TODAY)
      const first = older.length > 0 ? FROM : (recent[0]?.day ?? TODAY)
      expect(days.map(({ day }) => day)).toEqual(daysBetween(first, TODAY))
      expect(days.at(-1)?.stored).toBe(sum(all))
      expect(sum(days) + sum(older)).toBe(sum(all))
    }),
  )
})

test('without any recording there is today, with nothing', () => {
  expect(stockDays([], FROM, TODAY)).toEqual([{ day: TODAY, received: 0, destroyed: 0, stored: 0 }])
})

test('days go over the change of the clock and of the year without a gap', () => {
  expect(daysBetween('2026-10-24', '2026-10-27')).toEqual([
    '2026-10-24',
    '2026-10-25',
    '2026-10-26',
    '2026-10-27',
  ])
  expect(daysBetween('2027-12-31', '2028-01-01')).toEqual(['2027-12-31', '2028-01-01'])
  expect(daysBetween('2028-01-02', '2028-01-01')).toEqual([])
})

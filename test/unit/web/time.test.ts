import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clockTime, spokenTime, type TimeUnit } from '../../../src/web/player/time.ts'

const DUTCH: Record<TimeUnit, readonly [string, string]> = {
  hour: ['uur', 'uur'],
  minute: ['minuut', 'minuten'],
  second: ['seconde', 'seconden'],
}
const inDutch = (unit: TimeUnit, count: number) => `${count} ${DUTCH[unit][count === 1 ? 0 : 1]}`

describe('the clock of the player', () => {
  test.each([
    [0, '0:00'],
    [9.99, '0:09'],
    [80, '1:20'],
    [3599, '59:59'],
    [3600, '1:00:00'],
    [3725, '1:02:05'],
    [-3, '0:00'],
  ])('shows %d seconds as %s', (seconds, shown) => {
    expect(clockTime(seconds)).toBe(shown)
  })

  test.each([null, Number.NaN, Number.POSITIVE_INFINITY])('shows dashes for a length of %s', (unknown) => {
    expect(clockTime(unknown)).toBe('–:––')
  })

  test('never loses or invents a second', () => {
    fc.assert(
      fc.property(fc.nat(100_000), (seconds) => {
        const back = clockTime(seconds)
          .split(':')
          .reduce((total, part) => total * 60 + Number(part), 0)
        expect(back).toBe(seconds)
      }),
    )
  })
})

describe('the position that is spoken', () => {
  test.each([
    [0, '0 seconden'],
    [1, '1 seconde'],
    [20, '20 seconden'],
    [60, '1 minuut'],
    [80, '1 minuut 20'],
    [600, '10 minuten'],
    [3600, '1 uur'],
    [3725, '1 uur 2 minuten 5'],
    [7260, '2 uur 1 minuut'],
  ])('says %d seconds as "%s"', (seconds, spoken) => {
    expect(spokenTime(seconds, inDutch)).toBe(spoken)
  })
})

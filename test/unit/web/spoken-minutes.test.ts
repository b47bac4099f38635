import { expect, test } from 'vitest'
import { spokenMinutes } from '../../../src/web/emergency/spoken-minutes.ts'

test.each([
  [60, null],
  [45, 45],
  [31, 45],
  [10, 10],
  [9.9, 10],
  [1.5, 2],
  [0.2, 1],
])('with %d minutes left, %s is said', (left, said) => {
  expect(spokenMinutes(left * 60_000)).toBe(said)
})

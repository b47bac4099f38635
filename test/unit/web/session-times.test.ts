import { expect, test } from 'vitest'
import { clockOf, needsConfirming, spokenMark, timeLeft } from '../../../src/web/shell/session-times.ts'

const MINUTE = 60_000
const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 12) + minutes * MINUTE).toISOString()
const times = (idle: number, limit: number, confirmBy: number | null = null) => ({
  now: at(0),
  idleEndsAt: at(idle),
  endsAt: at(limit),
  confirmBy: confirmBy === null ? null : at(confirmBy),
})

test.each([
  ['right', 0],
  ['an hour slow', -60],
  ['two days fast', 2880],
])('what is left is counted by the clock of the service when that of the browser is %s', (_what, off) => {
  const received = Date.parse(at(off))
  expect(timeLeft(times(30, 480), received, received + 10 * MINUTE)).toEqual({
    ms: 20 * MINUTE,
    because: 'idle',
  })
})

test('the limit ends a session that is used all the time', () => {
  const received = Date.parse(at(0))
  expect(timeLeft(times(30, 12), received, received)).toEqual({ ms: 12 * MINUTE, because: 'limit' })
})

test.each([
  ['there is nothing to confirm with', null, 0, true],
  ['there are two minutes left', 5, 3, false],
  ['less than two minutes are left to fill in a form', 5, 3.1, true],
] as const)('a new login is asked for when %s', (_what, confirmBy, passed, expected) => {
  const received = Date.parse(at(0))
  expect(needsConfirming(times(30, 480, confirmBy), received, received + passed * MINUTE)).toBe(expected)
})

test('a clock is seen every second and heard at a few marks', () => {
  expect([clockOf(299_001), clockOf(61_000), clockOf(900), clockOf(-5)]).toEqual([
    '5:00',
    '1:01',
    '0:01',
    '0:00',
  ])
  expect([300_000, 299_000, 120_000, 60_001, 60_000, 29_000, 1_000].map(spokenMark)).toEqual([
    300_000, 300_000, 120_000, 120_000, 60_000, 30_000, 10_000,
  ])
})

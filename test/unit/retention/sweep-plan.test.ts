import fc from 'fast-check'
import { expect, test } from 'vitest'
import { breakerLimits, judge, type Load } from '../../../src/retention/breaker.ts'
import { judgeClocks } from '../../../src/retention/clocks.ts'
import { planOf, shareOut, sumOf } from '../../../src/retention/sweep-plan.ts'

const now = new Date('2026-07-16T00:00:00Z')
const later = (ms: number) => new Date(now.getTime() + ms)

const anyShares = fc.uniqueArray(fc.record({ entity: fc.string(), atMost: fc.nat(5000) }), {
  selector: ({ entity }) => entity,
  maxLength: 12,
})

test('a number is shared out whole, as far as there is something to do', () => {
  fc.assert(
    fc.property(fc.nat(10_000), anyShares, (total, wanted) => {
      expect(sumOf(shareOut(total, wanted))).toBe(Math.min(total, sumOf(wanted)))
    }),
  )
})

test('nobody with a backlog gets less than an equal part, give or take one', () => {
  fc.assert(
    fc.property(fc.nat(10_000), anyShares, (total, wanted) => {
      const waiting = wanted.filter(({ atMost }) => atMost > 0)
      const got = new Map(shareOut(total, wanted).map(({ entity, atMost }) => [entity, atMost]))
      const equal = Math.floor(total / waiting.length)
      for (const { entity, atMost } of waiting)
        expect(got.get(entity) ?? 0).toBeGreaterThanOrEqual(Math.min(atMost, equal))
    }),
  )
})

test('nobody gets more than asked, and the order of the entities does not matter', () => {
  fc.assert(
    fc.property(fc.nat(10_000), anyShares, (total, wanted) => {
      const shares = shareOut(total, wanted)
      const asked = new Map(wanted.map(({ entity, atMost }) => [entity, atMost]))
      for (const { entity, atMost } of shares) expect(atMost).toBeLessThanOrEqual(asked.get(entity) ?? 0)
      expect(shareOut(total, wanted.toReversed())).toEqual(shares)
    }),
  )
})

test('without a grace a run takes out of use no more than it can destroy', () => {
  const allowed = [{ entity: 'a', atMost: 8, before: now }]
  const waiting = [{ entity: 'a', atMost: 5 }]
  const work = { most: 10, urgent: 2, waiting, allowed }
  expect(sumOf(planOf({ ...work, graceDays: 0 }).quarantine)).toBe(3)
  expect(sumOf(planOf({ ...work, graceDays: 7 }).quarantine)).toBe(8)
})

const load: Load = { entity: 'a', due: 0, covered: 0, approved: null, today: 0, live: 1_000_000 }
const approved = { id: 'x', before: later(-1), left: 5000 }

test.each<[string, Partial<Load>, 'allowed' | 'stopped', number]>([
  ['a thousand', { due: 1000 }, 'allowed', 1000],
  ['one more than a thousand', { due: 1001 }, 'stopped', 0],
  ['a hundred of a hundred', { due: 100, live: 100 }, 'allowed', 100],
  ['more than a twentieth', { due: 101, live: 2019 }, 'stopped', 0],
  ['a twentieth', { due: 101, live: 2020 }, 'allowed', 101],
  ['a thousand in two runs of one day', { due: 400, today: 600 }, 'allowed', 400],
  ['more than a thousand in two runs of one day', { due: 401, today: 600 }, 'stopped', 0],
  ['what was approved', { due: 5000, covered: 5000, approved }, 'allowed', 5000],
  ['what was approved, and a few', { due: 5100, covered: 5000, approved }, 'allowed', 5100],
  ['what was approved, and very much besides', { due: 9000, covered: 5000, approved }, 'stopped', 5000],
  [
    'approved ones after a day that was used up',
    { due: 10, covered: 10, today: 1000, approved },
    'allowed',
    10,
  ],
])('F34: %s', (_what, facts, kind, atMost) => {
  expect(judge({ ...load, ...facts }, now, breakerLimits(1000))).toMatchObject({
    kind,
    allowance: { atMost },
  })
})

test('what was stopped may go as far as it was approved, and no further than the moment of the question', () => {
  const judged = judge({ ...load, due: 9000, covered: 5000, approved }, now, breakerLimits(1000))
  expect(judged.allowance.before).toEqual(approved.before)
})

test.each([
  ['all agree', {}, now],
  ['the service is a little behind', { service: later(-60_000) }, later(-60_000)],
  ['the service is ahead', { service: later(60_001) }, undefined],
  ['the service is behind', { service: later(-60_001) }, undefined],
  ['the store is ahead', { store: later(60_001) }, undefined],
  ['the store is behind', { store: later(-60_001) }, undefined],
  ['the store tells whole seconds', { store: later(-999) }, now],
  ['the last sweep was long ago', { lastSweep: later(-1e10) }, now],
  ['a clock was set back by a second', { lastSweep: later(1000) }, now],
  ['time went back', { lastSweep: later(60_001) }, undefined],
])('F30: %s', (_what, readings, expected) => {
  const verdict = judgeClocks({ service: now, database: now, ...readings })
  expect(verdict.agree ? verdict.now : undefined).toEqual(expected)
})

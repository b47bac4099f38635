import type { LifecycleRule } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeLifecycle } from '../../../src/storage/lifecycle-judge.ts'
import { lifecycleRules, storageEndOf } from '../../../src/storage/lifecycle-rules.ts'

const DAY_MS = 86_400_000
const terms = { today: '2026-07-15', horizonDays: 60, marginDays: 14 }
const tagsOf = ({ Filter }: LifecycleRule) =>
  Object.fromEntries((Filter?.And?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))
const dayRules = (rules: readonly LifecycleRule[]) => rules.filter(({ Filter }) => Filter?.And)
const ruleOf = (day: string, given = terms) =>
  dayRules(lifecycleRules(given)).find((rule) => tagsOf(rule)['retain-until'] === day)

test('every last day from long past to the horizon has one rule, for what nobody holds', () => {
  const rules = dayRules(lifecycleRules(terms))
  const days = rules.map((rule) => tagsOf(rule)['retain-until'])
  expect(days[0]).toBe('2026-05-31')
  expect(days.at(-1)).toBe('2026-09-13')
  expect(new Set(days).size).toBe(15 + 30 + 60 + 1)
  for (const rule of rules) {
    expect(tagsOf(rule).hold).toBe('none')
    expect(rule.Filter?.And?.Prefix).toBe('recordings/')
  }
})

test('the store begins at midnight UTC, the margin and a day after the last day', () => {
  expect(storageEndOf('2026-02-20', 14)).toBe('2026-03-07')
  expect(storageEndOf('2028-02-14', 14)).toBe('2028-02-29')
  expect(ruleOf('2026-08-01')?.Expiration?.Date?.toISOString()).toBe('2026-08-16T00:00:00.000Z')
})

test('a version hidden while its rule exists stays until the date; afterwards nothing stays', () => {
  const dayOfRule = (day: string) => ruleOf(day)?.NoncurrentVersionExpiration?.NoncurrentDays
  expect(dayOfRule('2026-09-13')).toBe(75)
  expect(dayOfRule('2026-07-01')).toBe(75)
  expect(dayOfRule('2026-06-30')).toBe(1)
})

test('a last day that the service has still to end itself has no rule', () => {
  const withheld = new Set(['2026-06-20', '2026-06-21'])
  const days = dayRules(lifecycleRules({ ...terms, withheld })).map((rule) => tagsOf(rule)['retain-until'])
  expect(days).toHaveLength(104)
  expect(days.filter((day) => withheld.has(day ?? ''))).toEqual([])
})

test('unfinished uploads, lonely markers and exports go without a tag, and touch no recording', () => {
  const others = lifecycleRules(terms).filter(({ Filter }) => !Filter?.And)
  expect(others.map(({ ID }) => ID)).toEqual(['listenback-tidy', 'listenback-exports'])
  expect(others[0]).toMatchObject({
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
    Expiration: { ExpiredObjectDeleteMarker: true },
  })
  expect(others[0]).not.toHaveProperty('NoncurrentVersionExpiration')
  expect(others[1]).toMatchObject({ Filter: { Prefix: 'exports/' }, Expiration: { Days: 8 } })
})

test('more rules than a bucket takes are refused', () => {
  expect(() => lifecycleRules({ ...terms, horizonDays: 953 })).toThrow(RangeError)
  expect(lifecycleRules({ ...terms, horizonDays: 952 })).toHaveLength(1000)
})

const anyDay = fc
  .integer({ min: 0, max: 40_000 })
  .map((days) => new Date(days * DAY_MS).toISOString().slice(0, 10))

test('T5: whatever the terms, the rules pass our own judgement and none acts before margin and last day are over', () => {
  const anyTerms = fc.record({
    today: anyDay,
    horizonDays: fc.integer({ min: 1, max: 500 }),
    marginDays: fc.integer({ min: 1, max: 365 }),
  })
  fc.assert(
    fc.property(anyTerms, (given) => {
      const rules = lifecycleRules(given)
      expect(judgeLifecycle(rules).state).toBe('ok')
      for (const rule of dayRules(rules)) {
        const last = Date.parse(`${tagsOf(rule)['retain-until']}T00:00:00Z`)
        expect(rule.Expiration?.Date?.getTime()).toBe(last + (given.marginDays + 1) * DAY_MS)
      }
    }),
    { numRuns: 60 },
  )
})

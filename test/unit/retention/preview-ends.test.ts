import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endsOf } from '../../../src/recordings/ends.ts'
import {
  cellsOf,
  countsOf,
  type EndsTag,
  type Foreseen,
  foreseer,
  keptByNothing,
} from '../../../src/retention/preview-ends.ts'
import { changeOf, endAfter, type Transition } from '../../../src/retention/rule-change.ts'
import { openRules } from '../../../src/retention/rules.ts'

const SHIPPED = readFileSync(new URL('../../../src/retention/hmbs.yaml', import.meta.url), 'utf8')
const withTraining = (period: string): string =>
  SHIPPED.replace('id: training\n    version: 1', 'id: training\n    version: 2').replace(
    'period: P6M',
    `period: ${period}`,
  )
const OLD = openRules(SHIPPED)
const NEW = { P3M: openRules(withTraining('P3M')), P9M: openRules(withTraining('P9M')) }

const transition = fc.record({
  period: fc.constantFrom('P3M' as const, 'P9M' as const),
  lengthens: fc.boolean(),
})
const transitionOf = ({ period, lengthens }: { period: 'P3M' | 'P9M'; lengthens: boolean }): Transition => ({
  rules: NEW[period],
  lengthens,
  effectiveFrom: '2026-07-20',
  shortensFrom: '2026-07-29',
  find: (ruleId, version) =>
    [...NEW[period].rules, ...OLD.rules].find((rule) => rule.id === ruleId && rule.version === version),
})

const day = fc
  .integer({ min: 0, max: 900 })
  .map((days) => new Date(Date.UTC(2025, 0, 1 + days)).toISOString().slice(0, 10))
const recently = fc
  .integer({ min: 0, max: 300 })
  .map((days) => new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10))
/** Half of the tags by the rule that changes. */
const rule = fc.oneof(
  fc.constantFrom(...OLD.rules.filter(({ id }) => id === 'training')),
  fc.constantFrom(...OLD.rules),
)
const tag: fc.Arbitrary<EndsTag> = fc
  .record({
    rule,
    state: fc.constantFrom('pending_trigger', 'active', 'suspended', 'expired', 'withdrawn', 'objected'),
    product: fc.constantFrom('home', 'car', 'none'),
    triggerDate: fc.option(recently, { freq: 5 }),
    retainUntil: fc.option(day, { freq: 5 }),
  })
  .map(({ rule: { id, version, purpose }, ...one }) => ({
    ...one,
    purpose,
    ruleId: id,
    ruleVersion: version,
  }))
const facts = fc.record({
  linkBy: fc.option(day, { freq: 2 }),
  sensitivity: fc.subarray(['health', 'criminal']),
  tags: fc.uniqueArray(tag, { maxLength: 4, selector: ({ purpose }) => purpose }),
})
type Facts = typeof facts extends fc.Arbitrary<infer T> ? T : never

const briefOf = ({ linkBy, sensitivity, tags }: Facts): string =>
  JSON.stringify([
    linkBy,
    sensitivity,
    tags.map((one) => [
      ...[one.purpose, one.state, one.product, one.ruleId, one.ruleVersion, one.triggerDate, one.retainUntil],
    ]),
  ])

/** One recording at a time, as the change itself would go about it: nothing remembered, nothing shared. */
function oneByOne({ linkBy, sensitivity, tags }: Facts, to: Transition | undefined): Foreseen {
  const lastDay = (list: readonly EndsTag[]) => {
    const { keepUntil, dueAt } = endsOf(list, new Date(0), linkBy)
    return dueAt === null ? '~' : (keepUntil ?? '')
  }
  const changed = tags.map((one) => {
    const runs = one.state === 'active' || one.state === 'suspended'
    const change = to && runs ? changeOf({ ...one, sensitivity }, to) : undefined
    const end = change ? endAfter(change) : null
    return end === null ? one : { ...one, retainUntil: end }
  })
  return { before: lastDay(tags), after: lastDay(changed) }
}

test('many classes foreseen together end as each of them foreseen alone', () => {
  let changes = 0
  fc.assert(
    fc.property(
      fc.array(facts, { minLength: 20, maxLength: 40 }),
      fc.option(transition, { freq: 9 }),
      (classes, wish) => {
        const to = wish ? transitionOf(wish) : undefined
        const foresee = foreseer(to)
        for (const one of classes) {
          const expected = oneByOne(one, to)
          changes += Number(expected.before !== expected.after)
          expect(foresee(briefOf(one))).toEqual(expected)
        }
      },
    ),
    { numRuns: 300 },
  )
  expect(changes).toBeGreaterThan(50)
})

const protection = { held: fc.boolean(), locked: fc.boolean(), restricted: fc.boolean() }

test('the counts of cells are those of the recordings counted one by one', () => {
  const recording = fc.record({ ...protection, facts: fc.option(facts, { freq: 9 }) })
  const AT = '2026-08-10'
  const MONTHS = ['2026-07-01', '2026-08-01', '2026-09-01']
  fc.assert(
    fc.property(fc.array(recording, { maxLength: 60 }), transition, (recordings, wish) => {
      const to = transitionOf(wish)
      const foresee = foreseer(to)
      const ends = recordings.map((one) => (one.facts ? oneByOne(one.facts, to) : keptByNothing))
      const counted = recordings.map(({ facts: _, ...one }, index) => ({ ...one, id: `${index}`, count: 1 }))
      const foreseenOf = (id: string): Foreseen => {
        const found = recordings[Number(id)]?.facts
        return found ? foresee(briefOf(found)) : keptByNothing
      }
      const counts = countsOf(cellsOf(counted, foreseenOf), AT, MONTHS)
      const dueAfter = recordings.filter((_one, index) => (ends[index]?.after ?? '') < AT)
      expect(counts.after).toEqual({
        total: dueAfter.length,
        held: dueAfter.filter(({ held }) => held).length,
        locked: dueAfter.filter(({ locked }) => locked).length,
        restricted: dueAfter.filter(({ restricted }) => restricted).length,
      })
      expect(counts.before.total).toBe(ends.filter(({ before }) => before < AT).length)
      expect(counts.months[1]).toEqual({
        month: '2026-08-01',
        before: ends.filter(({ before }) => before >= '2026-07-31' && before < '2026-08-31').length,
        after: ends.filter(({ after }) => after >= '2026-07-31' && after < '2026-08-31').length,
      })
    }),
    { numRuns: 200 },
  )
})

test('recordings of the same days share one pair of days, however many their classes are', () => {
  const foresee = foreseer(undefined)
  const of = (product: string) =>
    foresee(JSON.stringify([null, [], [['p', 'active', product, 'training', 1, '2026-01-01', '2026-07-01']]]))
  expect(of('home')).toBe(of('car'))
})

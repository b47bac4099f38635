import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openRules } from '../../../src/retention/rules.ts'
import { changesBetween } from '../../../src/web/retention/compare.ts'
import type { Rule } from '../../../src/web/retention/contract.ts'
import { CannotEdit, withPeriod } from '../../../src/web/retention/edit-document.ts'
import { lineOf } from '../../../src/web/retention/line-of.ts'
import { amountOf, periodOf, periodWords } from '../../../src/web/retention/period.ts'

const SHIPPED = readFileSync(new URL('../../../src/retention/hmbs.yaml', import.meta.url), 'utf8')
const shipped = openRules(SHIPPED).rules

test('another period changes one rule and its version, and nothing else of what was written', () => {
  const rule = fc.constantFrom(...shipped.filter(({ period }) => amountOf(period) !== null))
  const amount = fc.record({ amount: fc.integer({ min: 1, max: 99 }), unit: fc.constantFrom('M', 'Y') })
  fc.assert(
    fc.property(rule, amount, ({ id, version }, wanted) => {
      const period = periodOf(wanted as Parameters<typeof periodOf>[0])
      const edited = withPeriod(SHIPPED, id, period)
      const lines = [SHIPPED.split('\n'), edited.split('\n')] as const
      const touched = lines[1].filter((line, index) => line !== lines[0][index])
      expect(lines[1]).toHaveLength(lines[0].length)
      expect(touched.map((line) => line.trim())).toEqual(expect.arrayContaining([`version: ${version + 1}`]))
      expect(touched.length).toBeLessThanOrEqual(2)
    }),
    { numRuns: 40 },
  )
})

test('a period that fits the law is taken by the service as it is edited here', () => {
  const [after] = openRules(withPeriod(SHIPPED, 'training', 'P3M')).rules.filter(
    ({ id }) => id === 'training',
  )
  expect(after).toMatchObject({ period: 'P3M', version: 2 })
})

test('a rule that is not there, or has no period of its own, is not edited', () => {
  expect(() => withPeriod(SHIPPED, 'nothing', 'P1M')).toThrow(CannotEdit)
  expect(() => withPeriod('rules:\n  - id: x\n    version: 1\n', 'x', 'P1M')).toThrow(CannotEdit)
  expect(() => withPeriod('rules: 7', 'x', 'P1M')).toThrow(CannotEdit)
})

test.each([
  ['P6M', '6 maanden', '6 months'],
  ['P1Y', '1 jaar', '1 year'],
  ['P1Y6M', '1 jaar en 6 maanden', '1 year and 6 months'],
  ['P1Y2M3D', '1 jaar, 2 maanden en 3 dagen', '1 year, 2 months and 3 days'],
  ['P1W', '1 week', '1 week'],
  ['nonsense', 'nonsense', 'nonsense'],
  ['P', 'P', 'P'],
])('the period %s is read as words', (period, nl, en) => {
  expect([periodWords(period, 'nl'), periodWords(period, 'en')]).toEqual([nl, en])
})

test('versions differ by rules that came, went, and changed in named fields', () => {
  const base = { period: 'P6M', product: '*', triggers: ['call.ended'] } as unknown as Rule
  const before = [
    { ...base, id: 'a' },
    { ...base, id: 'b' },
    { ...base, id: 'c' },
  ]
  const after = [
    { ...base, id: 'a', triggers: ['call.ended'], version: 2 },
    { ...base, id: 'b', period: 'P3M', product: ['car', 'home'] },
    { ...base, id: 'd' },
  ]
  expect(
    changesBetween(before, after).map(({ kind, rule, ...more }) => [
      kind,
      rule.id,
      'fields' in more ? more.fields : undefined,
    ]),
  ).toEqual([
    ['changed', 'b', ['product', 'period']],
    ['added', 'd', undefined],
    ['removed', 'c', undefined],
  ])
})

test.each([
  ['rules[3].period (line 71): must be', 71],
  ['line 12: Implicit keys need to be on a single line', 12],
  ['no rule covers training_coaching for car', null],
])('the place of "%s" is found', (message, line) => {
  expect(lineOf(message)).toBe(line)
})

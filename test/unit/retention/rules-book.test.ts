import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addPeriod } from '../../../src/kernel/calendar.ts'
import { bookOf, type RuleBook, shortensFrom } from '../../../src/retention/rule-book.ts'
import { changeOf, endAfter, type TagClass, type Transition } from '../../../src/retention/rule-change.ts'
import { openRules, type Rule } from '../../../src/retention/rules.ts'

const book = (wish: Partial<RuleBook>): RuleBook => ({
  version: 1,
  document: '',
  sha256: '',
  state: 'approved',
  draftedBy: 'one',
  draftedAt: new Date('2026-01-01T12:00:00Z'),
  decidedBy: 'two',
  decidedAt: new Date('2026-01-02T12:00:00Z'),
  effectiveFrom: '2026-01-03',
  lengtheningGround: null,
  appliedAt: null,
  ...wish,
})

test('the approved book that took effect last decides, whatever the order of drafting', () => {
  const books = [
    book({ version: 1, effectiveFrom: '2026-01-01' }),
    book({ version: 2, effectiveFrom: '2026-06-01' }),
    book({ version: 3, effectiveFrom: '2026-05-01' }),
    book({ version: 4, effectiveFrom: '2026-02-01', state: 'rejected' }),
    book({ version: 5, effectiveFrom: '2026-02-01', state: 'draft' }),
    book({ version: 6, effectiveFrom: '2026-06-01' }),
  ]
  const on = (day: string) => bookOf(books, day)?.version
  expect([on('2026-04-30'), on('2026-05-01'), on('2026-06-01')]).toEqual([1, 3, 6])
  expect(on('2025-12-31')).toBe(1)
  expect(bookOf([book({ state: 'draft' })], '2026-06-01')).toBeUndefined()
})

test('a shorter period waits fourteen days after the approval, or for its own first day', () => {
  expect(shortensFrom(book({}))).toBe('2026-01-16')
  expect(shortensFrom(book({ effectiveFrom: '2026-03-01' }))).toBe('2026-03-01')
  expect(shortensFrom(book({ decidedAt: new Date('2026-01-02T23:30:00Z') }))).toBe('2026-01-17')
})

const rulesOf = (version: number, period: string, countFrom = 'event') =>
  openRules(`format: 1
catalogue:
  entities: [hmbs]
  products: [home]
  purposes: { p: { basis: contract, nl: n, en: e } }
  notices: { 'a': [p] }
rules:
  - { id: r, version: ${version}, purpose: p, trigger: call.ended, countFrom: ${countFrom}, period: ${period}, disposition: delete, ground: g, source: s }
`)

const period = fc.integer({ min: 1, max: 40 }).map((months) => `P${months}M`)
const day = fc.integer({ min: 0, max: 1500 }).map((days) => addPeriod('2024-01-01', `P${days + 1}D`))
const cases = fc.record({
  before: period,
  after: period,
  triggerDate: day,
  effectiveFrom: day,
  notice: fc.nat(40),
  lengthens: fc.boolean(),
})

test('T32: no change revives what is over when it is made, or shortens before the notice is over', () => {
  fc.assert(
    fc.property(cases, ({ before, after, triggerDate, effectiveFrom, notice, lengthens }) => {
      const old = rulesOf(1, before).rules[0] as Rule
      const to: Transition = {
        rules: rulesOf(2, after),
        lengthens,
        effectiveFrom,
        shortensFrom: addPeriod(effectiveFrom, `P${notice + 1}D`),
        find: () => old,
      }
      const retainUntil = addPeriod(triggerDate, before)
      const tag: TagClass = {
        product: 'home',
        sensitivity: [],
        ruleId: 'r',
        ruleVersion: 1,
        triggerDate,
        retainUntil,
      }
      const change = changeOf(tag, to)
      if (!change) return
      const end = endAfter(change) as string
      expect(retainUntil >= change.from).toBe(true)
      if (end > retainUntil) expect([lengthens, change.from]).toEqual([true, effectiveFrom])
      else expect(end >= addPeriod(to.shortensFrom, '-P1D')).toBe(true)
      expect(change.retainUntil).toBe(addPeriod(triggerDate, after))
    }),
    { numRuns: 2000 },
  )
})

test('a purpose that waits changes its rule when the new one is no longer, or with a ground', () => {
  const change = (after: ReturnType<typeof rulesOf>, lengthens = false) =>
    changeOf(
      {
        product: 'home',
        sensitivity: [],
        ruleId: 'r',
        ruleVersion: 1,
        triggerDate: null,
        retainUntil: null,
      },
      {
        rules: after,
        lengthens,
        effectiveFrom: '2026-01-03',
        shortensFrom: '2026-01-16',
        find: () => rulesOf(1, 'P6M').rules[0],
      },
    )
  expect(change(rulesOf(2, 'P3M'))).toMatchObject({ from: '2026-01-16', retainUntil: null })
  expect(change(rulesOf(2, 'P7M'))).toBeUndefined()
  expect(change(rulesOf(2, 'P6M', 'year_end'))).toBeUndefined()
  expect(change(rulesOf(2, 'P7M'), true)).toMatchObject({ from: '2026-01-03' })
  expect(change(rulesOf(1, 'P6M'))).toBeUndefined()
})

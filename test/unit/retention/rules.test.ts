import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openRules } from '../../../src/retention/rules.ts'
import { RulesFileError } from '../../../src/retention/rules-file.ts'

const SHIPPED = readFileSync(new URL('../../../src/retention/hmbs.yaml', import.meta.url), 'utf8')

const CATALOGUE = `format: 1
catalogue:
  entities: [hmbs]
  products: [none, home, car]
  sensitivities: [health, payment]
  purposes:
    training_coaching: { basis: legitimate_interests, nl: training, en: training }
    marketing: { basis: consent, audio: false, nl: marketing, en: marketing }
  notices: { 'a': [training_coaching] }
rules:
`

interface Wish {
  readonly [field: string]: string | number
}

const rule = (wish: Wish): string => {
  const fields = {
    id: 'one',
    version: 1,
    purpose: 'training_coaching',
    trigger: 'call.ended',
    period: 'P6M',
    disposition: 'delete',
    ground: 'because',
    source: 'us',
    ...wish,
  }
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === '' ? [] : [`    ${name}: ${value}`],
  )
  return `  -\n${lines.join('\n')}\n`
}

const open = (...wishes: Wish[]) => openRules(CATALOGUE + wishes.map(rule).join(''))

function problemsOf(yamlText: string): readonly string[] {
  try {
    openRules(yamlText)
  } catch (error) {
    if (error instanceof RulesFileError) return error.problems
    throw error
  }
  return []
}

const problems = (...wishes: Wish[]) => problemsOf(CATALOGUE + wishes.map(rule).join(''))

test('the shipped rules cover every announced purpose and every product', () => {
  const rules = openRules(SHIPPED)
  const missing = [...rules.notices.values()].flat().flatMap((purpose) =>
    [...rules.products].flatMap((product) => {
      const kinds = [[], ['health'], ['criminal', 'minor', 'payment'], ['none']]
      return kinds.every((kind) => rules.ruleFor(purpose, product, kind)) ? [] : [`${purpose} ${product}`]
    }),
  )
  expect(missing).toEqual([])
})

test('the shipped catalogue has the entities, products and notices of the organisation', () => {
  const rules = openRules(SHIPPED)
  expect([...rules.entities]).toEqual(['hmbs', 'hmbs-verzekeringen', 'hmbs-advies'])
  expect([...rules.products]).toHaveLength(9)
  expect(rules.notices.get('2024-01')).toEqual(['training_coaching'])
  expect(rules.notices.get('2026-01')).toHaveLength(5)
})

test('training is kept six months after the call for every shipped product', () => {
  const rules = openRules(SHIPPED)
  for (const product of rules.products)
    expect(rules.ruleFor('training_coaching', product, [])).toMatchObject({
      trigger: 'call.ended',
      period: 'P6M',
    })
})

test('the most specific rule wins', () => {
  const rules = open(
    { id: 'general', period: 'P6M' },
    { id: 'for-home', product: 'home', period: 'P9M' },
    { id: 'for-home-and-health', product: '[home, car]', sensitivity: 'health', period: 'P1M' },
    { id: 'car', product: 'car', period: 'P2M' },
  )
  const won = (product: string, ...sensitivity: string[]) =>
    rules.ruleFor('training_coaching', product, sensitivity)?.id
  expect(won('none')).toBe('general')
  expect(won('home')).toBe('for-home')
  expect(won('home', 'health')).toBe('for-home-and-health')
  expect(won('car', 'payment')).toBe('car')
})

test('of several sensitivities the one with the shortest period decides', () => {
  const rules = open(
    { id: 'general', period: 'P6M' },
    { id: 'health', sensitivity: 'health', period: 'P2M' },
    { id: 'payment', sensitivity: 'payment', period: 'P1W' },
  )
  expect(rules.ruleFor('training_coaching', 'home', ['health', 'payment'])?.id).toBe('payment')
  expect(rules.ruleFor('training_coaching', 'home', ['payment', 'health'])?.id).toBe('payment')
})

test('two equally specific rules are refused, and both are named', () => {
  expect(problems({ id: 'home', product: 'home' }, { id: 'health', sensitivity: 'health' })).toEqual([
    'rules "home" and "health" are equally specific for training_coaching and home',
  ])
  expect(problems({ id: 'first' }, { id: 'second' }).join()).toContain('"first" and "second"')
})

test('an archive without an end is refused, as is any rule without one (T29)', () => {
  expect(problems({ disposition: 'archive', period: '' }).join()).toMatch(
    /rules\[0\].*"one" \(archive\) has no end/,
  )
  expect(problems({ period: '' }).join()).toContain('has no end')
})

test('unknown purposes, products and sensitivities are refused with their line', () => {
  expect(problems({ purpose: 'guessing', product: 'boat', sensitivity: 'mood' })).toEqual([
    'rules[0].purpose (line 14): "guessing" is not a purpose of the catalogue',
    'rules[0].product (line 20): "boat" is not a product of the catalogue',
    'rules[0].sensitivity (line 21): "mood" is not a sensitivity of the catalogue',
  ])
})

test('a purpose that audio may not carry cannot have a rule', () => {
  expect(problems({ purpose: 'marketing' }).join()).toContain('may not be put on audio')
})

test.each(['6 months', 'P0D', '-P6M', 'PT5M'])('the period "%s" is refused', (period) => {
  expect(problems({ period: `'${period}'` }).join()).toContain('must be an ISO 8601 period')
})

test('a period of more than a hundred years is refused', () => {
  expect(problems({ period: 'P101Y' }).join()).toContain('longer than a hundred years')
})

test('a minimum beyond the period is refused', () => {
  expect(problems({ minimum: 'P7M' }).join()).toContain('the minimum P7M is longer than the period P6M')
})

test('a sensitivity that lengthens is refused', () => {
  expect(
    problems({ id: 'general' }, { id: 'longer', sensitivity: 'health', period: 'P7M' }).join(),
  ).toContain('rule "longer" for sensitivity "health"')
})

test('a rule id that is used twice is refused', () => {
  expect(problems({ product: 'home' }, { product: 'car' }).join()).toContain('"one" is used twice')
})

test('a notice that announces an unknown purpose is refused', () => {
  const text = CATALOGUE.replace("'a': [training_coaching]", "'a': [training_coaching, dreams]") + rule({})
  expect(problemsOf(text).join()).toContain('"dreams" is not a purpose')
})

test('every mistake of the schema is reported at once', () => {
  const found = problems(
    { period: 'soon', version: 0, colour: 'red' },
    { id: 'Two Words', disposition: 'burn' },
  )
  expect(found).toHaveLength(5)
})

test('text that is not YAML is refused with the line', () => {
  expect(problemsOf('format: 1\ncatalogue: [')[0]).toMatch(/^line 2: /)
  expect(problemsOf('format: 1\nformat: 1\n')[0]).toMatch(/^line 2: .*unique/)
  expect(problemsOf('')[0]).toMatch(/^file/)
})

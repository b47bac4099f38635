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

test('several triggers are the later of them, in one order, and call.ended stands alone', () => {
  const rules = open({ trigger: '[claim.closed, policy.ended, claim.closed]' })
  expect(rules.ruleFor('training_coaching', 'home', [])).toMatchObject({
    triggers: ['policy.ended', 'claim.closed'],
    trigger: 'policy.ended+claim.closed',
  })
  expect(problems({ trigger: '[call.ended, claim.closed]' }).join()).toContain(
    'call.ended, which stands alone',
  )
  expect(problems({ trigger: '[]' })).toHaveLength(1)
  expect(problems({ trigger: 'dusk' }).join()).toContain('must be one of call.ended,')
})

test('an old file keeps its meaning: thirty years open at most, no review, thirty days to link', () => {
  const rules = open({})
  expect(rules.unlinkedFor).toBe('P30D')
  expect(rules.rules[0]).toMatchObject({ maxOpen: 'P30Y', review: false, triggers: ['call.ended'] })
  expect(rules.archivePurpose).toBeUndefined()
})

test('on an occasion its own rule decides, else the usual one', () => {
  const rules = open(
    { id: 'general' },
    { id: 'narrow', product: 'home', sensitivity: 'health', period: 'P1M' },
    { id: 'case', when: 'case', trigger: 'case.closed', period: 'P3Y' },
  )
  const won = (...occasion: ('case' | 'rejected')[]) =>
    rules.ruleFor('training_coaching', 'home', ['health'], ...occasion)?.id
  expect([won(), won('case'), won('rejected')]).toEqual(['narrow', 'case', 'narrow'])
  expect(problems({ when: 'rejected' }).join()).toContain('must be "application.rejected"')
})

const ARCHIVE = CATALOGUE.replace(
  '    marketing:',
  '    archive_research: { basis: legitimate_interests, archive: true, nl: archief, en: archive }\n    marketing:',
)
const archive = { id: 'archive', purpose: 'archive_research', trigger: 'archived', period: 'P20Y' }
const archiveProblems = (...wishes: Wish[]) => problemsOf(ARCHIVE + wishes.map(rule).join('')).join()

test('T29: a rule may lead to the archive only where the archive has an end of its own', () => {
  const leads = { id: 'one', disposition: 'archive' }
  expect(problems(leads)).toEqual([
    'rule "one" leads to an archive that has no end for none',
    'rule "one" leads to an archive that has no end for home',
    'rule "one" leads to an archive that has no end for car',
  ])
  expect(archiveProblems(leads)).toContain('has no end for none')
  expect(archiveProblems(leads, { ...archive, product: 'home' })).not.toContain('for home')
  expect(archiveProblems(leads, { ...archive, period: '' })).toContain('"archive" (delete) has no end')
  expect(archiveProblems(leads, { ...archive, disposition: 'archive' })).toContain('nothing is kept for ever')
  expect(archiveProblems(leads, { ...archive, trigger: 'call.ended' })).toContain('must be "archived"')
  expect(archiveProblems({ ...leads, trigger: 'archived' })).toContain('must be "archived" for the archive')
  expect(openRules(ARCHIVE + rule(leads) + rule(archive)).archivePurpose).toBe('archive_research')
})

test('no call is recorded for the archive, and there is only one', () => {
  const announced = ARCHIVE.replace("'a': [", "'a': [archive_research, ") + rule({})
  expect(problemsOf(announced).join()).toContain('no call is recorded for the archive')
  const two = ARCHIVE.replace(
    '    marketing:',
    '    other: { basis: consent, archive: true, nl: n, en: e }\n    marketing:',
  )
  expect(problemsOf(two + rule({})).join()).toContain('archive_research and other are both the archive')
})

import { addPeriod, type CalendarDay, endOfYear } from '../kernel/calendar.ts'
import type { LegalBasis } from '../recordings/model.ts'
import {
  type PurposeEntry,
  type RuleEntry,
  type RulesFile,
  RulesFileError,
  readRulesFile,
} from './rules-file.ts'

/** A rule as it is applied: with an end, and with the legal basis of its purpose. */
export type Rule = RuleEntry & { readonly period: string; readonly basis: LegalBasis }

/** The rules in force and the catalogue they speak of, checked once and immutable. */
export interface RuleSet {
  readonly entities: ReadonlySet<string>
  readonly products: ReadonlySet<string>
  readonly sensitivities: ReadonlySet<string>
  readonly purposes: ReadonlyMap<string, PurposeEntry>
  /** Announcement to the purposes it named. */
  readonly notices: ReadonlyMap<string, readonly string[]>
  /**
   * The rule that decides, or undefined when none covers the case. Several sensitivities: the shortest
   * period among theirs, because a sensitivity may shorten but never lengthen.
   */
  ruleFor(purpose: string, product: string, sensitivity: readonly string[]): Rule | undefined
}

type Catalogue = RulesFile['catalogue']
type Place = (path: readonly PropertyKey[]) => string

/** Stands for a recording to which no sensitivity applies. */
const PLAIN = ''
/** Any fixed day will do to compare two periods; this one is followed by the longest months. */
const REFERENCE_DAY = '2001-07-01'
const LONGEST_PERIOD = 'P100Y'

/**
 * Opens a rules file. Throws RulesFileError with all problems at once: schema, unknown names, a rule
 * without an end, two equally specific rules, a sensitivity that lengthens.
 */
export function openRules(yamlText: string): RuleSet {
  const { file, placeOf } = readRulesFile(yamlText)
  const problems = [...unknownNames(file, placeOf), ...unsoundRules(file, placeOf)]
  // Names first: a table over names that do not exist would only repeat the same mistakes.
  if (problems.length > 0) throw new RulesFileError(problems)
  const { table, conflicts } = decide(file.catalogue, completed(file))
  if (conflicts.length > 0) throw new RulesFileError(conflicts)
  return {
    entities: new Set(file.catalogue.entities),
    products: new Set(file.catalogue.products),
    sensitivities: new Set(file.catalogue.sensitivities),
    purposes: new Map(Object.entries(file.catalogue.purposes)),
    notices: new Map(Object.entries(file.catalogue.notices)),
    ruleFor: (purpose, product, sensitivity) => shortest(table, purpose, product, sensitivity),
  }
}

/** Last day of the rule's period for a trigger date. */
export const lastDay = (rule: Rule, triggerDate: CalendarDay): CalendarDay =>
  addPeriod(clockStart(rule, triggerDate), rule.period)

/** Last day of the statutory minimum, or null when the rule has none. */
export const lastMinimumDay = (rule: Rule, triggerDate: CalendarDay): CalendarDay | null =>
  rule.minimum === undefined ? null : addPeriod(clockStart(rule, triggerDate), rule.minimum)

const clockStart = (rule: Rule, triggerDate: CalendarDay): CalendarDay =>
  rule.countFrom === 'year_end' ? endOfYear(triggerDate) : triggerDate

function unknownNames({ catalogue, rules }: RulesFile, place: Place): string[] {
  const known = new Set(Object.keys(catalogue.purposes))
  const found: string[] = []
  const expect = (allowed: readonly string[], what: string, value: string, path: PropertyKey[]) => {
    if (!allowed.includes(value)) found.push(`${place(path)}: "${value}" is not ${what} of the catalogue`)
  }
  for (const [notice, purposes] of Object.entries(catalogue.notices))
    purposes.forEach((purpose, i) => {
      expect([...known], 'a purpose', purpose, ['catalogue', 'notices', notice, i])
    })
  rules.forEach((rule, i) => {
    expect([...known], 'a purpose', rule.purpose, ['rules', i, 'purpose'])
    for (const product of named(rule.product))
      expect(catalogue.products, 'a product', product, ['rules', i, 'product'])
    for (const label of named(rule.sensitivity))
      expect(catalogue.sensitivities, 'a sensitivity', label, ['rules', i, 'sensitivity'])
  })
  return found
}

function unsoundRules({ catalogue, rules }: RulesFile, place: Place): string[] {
  const ids = new Set<string>()
  return rules.flatMap((rule, i) => {
    const reasons: [PropertyKey, string][] = []
    if (ids.has(rule.id)) reasons.push(['id', `the id "${rule.id}" is used twice`])
    ids.add(rule.id)
    if (catalogue.purposes[rule.purpose]?.audio === false)
      reasons.push(['purpose', `"${rule.purpose}" may not be put on audio, so it cannot have a rule`])
    if (rule.period === undefined)
      reasons.push(['period', `rule "${rule.id}" (${rule.disposition}) has no end; nothing is kept for ever`])
    else if (isLonger(rule.period, LONGEST_PERIOD)) reasons.push(['period', 'is longer than a hundred years'])
    else if (rule.minimum !== undefined && isLonger(rule.minimum, rule.period))
      reasons.push(['minimum', `the minimum ${rule.minimum} is longer than the period ${rule.period}`])
    return reasons.map(([field, reason]) => `${place(['rules', i, field])}: ${reason}`)
  })
}

/** Rules with what the checks before have established: each has an end and a known purpose. */
const completed = ({ catalogue, rules }: RulesFile): Rule[] =>
  rules.flatMap((rule) => {
    const basis = catalogue.purposes[rule.purpose]?.basis
    return rule.period === undefined || basis === undefined ? [] : [{ ...rule, period: rule.period, basis }]
  })

/** For every case that can occur, the rule that wins; ties and lengthening sensitivities are conflicts. */
function decide(
  catalogue: Catalogue,
  rules: readonly Rule[],
): { table: Map<string, Rule>; conflicts: string[] } {
  const table = new Map<string, Rule>()
  const conflicts = new Set<string>()
  for (const { purpose, product, label } of casesOf(catalogue)) {
    const [best, rival] = bySpecificity(rules, purpose, product, label)
    if (!best) continue
    table.set(caseOf(purpose, product, label), best)
    const plain = table.get(caseOf(purpose, product, PLAIN))
    if (rival && specificity(rival) === specificity(best)) conflicts.add(tie(best, rival, purpose, product))
    if (plain && lengthens(best, plain)) conflicts.add(lengthening(best, plain, label))
  }
  return { table, conflicts: [...conflicts] }
}

/** Every purpose, product and sensitivity, the case without sensitivity first. */
const casesOf = (catalogue: Catalogue): { purpose: string; product: string; label: string }[] =>
  Object.keys(catalogue.purposes).flatMap((purpose) =>
    catalogue.products.flatMap((product) =>
      [PLAIN, ...catalogue.sensitivities].map((label) => ({ purpose, product, label })),
    ),
  )

const tie = (rule: Rule, rival: Rule, purpose: string, product: string): string =>
  `rules "${rule.id}" and "${rival.id}" are equally specific for ${purpose} and ${product}`

const lengthening = (rule: Rule, plain: Rule, label: string): string =>
  `rule "${rule.id}" for sensitivity "${label}" must count from the same event as "${plain.id}" and end no later`

const bySpecificity = (rules: readonly Rule[], purpose: string, product: string, label: string): Rule[] =>
  rules
    .filter(
      (rule) => rule.purpose === purpose && covers(rule.product, product) && covers(rule.sensitivity, label),
    )
    .sort((one, other) => specificity(other) - specificity(one))

const specificity = (rule: Rule): number => Number(rule.product !== '*') + Number(rule.sensitivity !== '*')

const lengthens = (rule: Rule, plain: Rule): boolean =>
  rule.trigger !== plain.trigger || rule.countFrom !== plain.countFrom || isLonger(rule.period, plain.period)

function shortest(
  table: ReadonlyMap<string, Rule>,
  purpose: string,
  product: string,
  sensitivity: readonly string[],
): Rule | undefined {
  const labels = sensitivity.length === 0 ? [PLAIN] : sensitivity
  const rules = labels.map((label) => table.get(caseOf(purpose, product, label)))
  return rules.reduce((least, rule) => (least && rule && isLonger(least.period, rule.period) ? rule : least))
}

const caseOf = (purpose: string, product: string, label: string): string => `${purpose} ${product} ${label}`

const named = (value: string | readonly string[]): readonly string[] =>
  value === '*' ? [] : typeof value === 'string' ? [value] : value

const covers = (value: string | readonly string[], wanted: string): boolean =>
  value === '*' || named(value).includes(wanted)

const isLonger = (period: string, other: string): boolean =>
  addPeriod(REFERENCE_DAY, period) > addPeriod(REFERENCE_DAY, other)

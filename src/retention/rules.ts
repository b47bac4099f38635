import { addPeriod, type CalendarDay, endOfYear } from '../kernel/calendar.ts'
import type { LegalBasis } from '../recordings/model.ts'
import {
  OCCASIONS,
  type Occasion,
  type PurposeEntry,
  type RuleEntry,
  type RulesFile,
  RulesFileError,
  readRulesFile,
  type Trigger,
} from './rules-file.ts'

/** A rule as it is applied: with an end, and with the legal basis of its purpose. */
export type Rule = Omit<RuleEntry, 'trigger'> & {
  readonly period: string
  readonly basis: LegalBasis
  /** The events whose latest starts the clock; `call.ended` is always alone. */
  readonly triggers: readonly Trigger[]
  /** The triggers as one name, `policy.ended+claim.closed`: what a tag says it waits for. */
  readonly trigger: string
}

/** The rules in force and the catalogue they speak of, checked once and immutable. */
export interface RuleSet {
  readonly entities: ReadonlySet<string>
  readonly products: ReadonlySet<string>
  readonly sensitivities: ReadonlySet<string>
  readonly purposes: ReadonlyMap<string, PurposeEntry>
  /** Announcement to the purposes it named. */
  readonly notices: ReadonlyMap<string, readonly string[]>
  /** Period after its receipt for which a recording without a member may wait to be linked. */
  readonly unlinkedFor: string
  /** The purpose of recordings that a rule moves to the archive, or undefined when there is no archive. */
  readonly archivePurpose: string | undefined
  /** In the order of the file. */
  readonly rules: readonly Rule[]
  /**
   * The rule that decides, or undefined when none covers the case. On an occasion the rule for it,
   * else the usual one. Several sensitivities: the shortest period among theirs, because a sensitivity
   * may shorten but never lengthen.
   */
  ruleFor(
    purpose: string,
    product: string,
    sensitivity: readonly string[],
    occasion?: Occasion,
  ): Rule | undefined
}

type Catalogue = RulesFile['catalogue']
type Place = (path: readonly PropertyKey[]) => string

/** Stands for a recording to which no sensitivity applies. */
const PLAIN = ''
/** Stands for no particular occasion. */
const USUAL = 'usual'
/** Any fixed day will do to compare two periods; this one is followed by the longest months. */
const REFERENCE_DAY = '2001-07-01'
const LONGEST_PERIOD = 'P100Y'

/**
 * Opens a rules file. Throws RulesFileError with all problems at once: schema, unknown names, a rule
 * without an end, two equally specific rules, a sensitivity that lengthens, an archive without an end.
 */
export function openRules(yamlText: string): RuleSet {
  const { file, placeOf } = readRulesFile(yamlText)
  const problems = [...unknownNames(file, placeOf), ...unsoundRules(file, placeOf)]
  // Names first: a table over names that do not exist would only repeat the same mistakes.
  if (problems.length > 0) throw new RulesFileError(problems)
  const rules = completed(file)
  const archivePurpose = archiveOf(file.catalogue)[0]
  const { table, conflicts } = decide(file.catalogue, rules)
  conflicts.push(...endlessArchives(file.catalogue, table, archivePurpose))
  if (conflicts.length > 0) throw new RulesFileError(conflicts)
  return {
    entities: new Set(file.catalogue.entities),
    products: new Set(file.catalogue.products),
    sensitivities: new Set(file.catalogue.sensitivities),
    purposes: new Map(Object.entries(file.catalogue.purposes)),
    notices: new Map(Object.entries(file.catalogue.notices)),
    unlinkedFor: file.catalogue.unlinked,
    archivePurpose,
    rules,
    ruleFor: (purpose, product, sensitivity, occasion) =>
      shortest(table, { purpose, product, occasion: occasion ?? USUAL }, sensitivity),
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
      if (catalogue.purposes[purpose]?.archive)
        found.push(`${place(['catalogue', 'notices', notice, i])}: no call is recorded for the archive`)
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
  const archives = archiveOf(catalogue)
  const tooMany =
    archives.length > 1
      ? [`${place(['catalogue', 'purposes'])}: ${archives.join(' and ')} are both the archive`]
      : []
  return [
    ...tooMany,
    ...rules.flatMap((rule, i) => {
      const reasons = [...faultsOfPeriod(rule), ...faultsOfTrigger(rule, archives)]
      if (ids.has(rule.id)) reasons.unshift(['id', `the id "${rule.id}" is used twice`])
      ids.add(rule.id)
      if (catalogue.purposes[rule.purpose]?.audio === false)
        reasons.push(['purpose', `"${rule.purpose}" may not be put on audio, so it cannot have a rule`])
      return reasons.map(([field, reason]) => `${place(['rules', i, field])}: ${reason}`)
    }),
  ]
}

type Fault = readonly [field: keyof RuleEntry, reason: string]

function faultsOfPeriod({ id, period, minimum, maxOpen, disposition }: RuleEntry): Fault[] {
  const faults: Fault[] = []
  if (period === undefined)
    faults.push(['period', `rule "${id}" (${disposition}) has no end; nothing is kept for ever`])
  else if (isLonger(period, LONGEST_PERIOD)) faults.push(['period', 'is longer than a hundred years'])
  else if (minimum !== undefined && isLonger(minimum, period))
    faults.push(['minimum', `the minimum ${minimum} is longer than the period ${period}`])
  if (isLonger(maxOpen, LONGEST_PERIOD)) faults.push(['maxOpen', 'is longer than a hundred years'])
  return faults
}

/** The archive counts from its own beginning and does not lead to itself; nothing else may do either. */
function faultsOfTrigger(rule: RuleEntry, archives: readonly string[]): Fault[] {
  const faults: Fault[] = []
  const isArchive = archives.includes(rule.purpose)
  if (isArchive !== (rule.trigger.join() === 'archived'))
    faults.push(['trigger', 'must be "archived" for the archive, and only there'])
  if (isArchive && rule.disposition === 'archive')
    faults.push(['disposition', 'of the archive cannot be the archive; nothing is kept for ever'])
  if (rule.when === 'rejected' && rule.trigger.join() !== 'application.rejected')
    faults.push(['trigger', 'of a rule for rejected applications must be "application.rejected"'])
  return faults
}

const archiveOf = ({ purposes }: Catalogue): string[] =>
  Object.keys(purposes).filter((purpose) => purposes[purpose]?.archive)

/** Rules with what the checks before have established: each has an end and a known purpose. */
const completed = ({ catalogue, rules }: RulesFile): Rule[] =>
  rules.flatMap(({ trigger, ...rule }) => {
    const basis = catalogue.purposes[rule.purpose]?.basis
    return rule.period === undefined || basis === undefined
      ? []
      : [{ ...rule, period: rule.period, basis, triggers: trigger, trigger: trigger.join('+') }]
  })

type Table = ReadonlyMap<string, Rule>

/** For every case that can occur, the rule that wins; ties and lengthening sensitivities are conflicts. */
function decide(catalogue: Catalogue, rules: readonly Rule[]): { table: Table; conflicts: string[] } {
  const table = new Map<string, Rule>()
  const conflicts = new Set<string>()
  for (const one of casesOf(catalogue)) {
    const [best, rival] = bySpecificity(rules, one)
    if (!best) continue
    table.set(keyOf(one), best)
    const plain = table.get(keyOf({ ...one, label: PLAIN }))
    if (rival && specificity(rival) === specificity(best)) conflicts.add(tie(best, rival, one))
    if (plain && lengthens(best, plain)) conflicts.add(lengthening(best, plain, one.label))
  }
  return { table, conflicts: [...conflicts] }
}

/** A rule may lead to the archive only where the archive itself has a rule, and so an end. */
function endlessArchives(catalogue: Catalogue, table: Table, archive: string | undefined): string[] {
  const endless = casesOf(catalogue).flatMap((one) => {
    const rule = table.get(keyOf(one))
    if (rule?.disposition !== 'archive') return []
    const own = archive && table.get(keyOf({ ...one, purpose: archive, occasion: USUAL }))
    return own ? [] : [`rule "${rule.id}" leads to an archive that has no end for ${one.product}`]
  })
  return [...new Set(endless)]
}

interface Case {
  readonly purpose: string
  readonly product: string
  readonly occasion: Occasion | typeof USUAL
  readonly label: string
}

/** Every purpose, product, occasion and sensitivity, the case without sensitivity first. */
const casesOf = (catalogue: Catalogue): Case[] =>
  Object.keys(catalogue.purposes).flatMap((purpose) =>
    catalogue.products.flatMap((product) =>
      ([USUAL, ...OCCASIONS] as const).flatMap((occasion) =>
        [PLAIN, ...catalogue.sensitivities].map((label) => ({ purpose, product, occasion, label })),
      ),
    ),
  )

const tie = (rule: Rule, rival: Rule, { purpose, product }: Case): string =>
  `rules "${rule.id}" and "${rival.id}" are equally specific for ${purpose} and ${product}`

const lengthening = (rule: Rule, plain: Rule, label: string): string =>
  `rule "${rule.id}" for sensitivity "${label}" must count from the same event as "${plain.id}" and end no later`

const bySpecificity = (rules: readonly Rule[], { purpose, product, occasion, label }: Case): Rule[] =>
  rules
    .filter(
      (rule) =>
        rule.purpose === purpose &&
        covers(rule.product, product) &&
        covers(rule.sensitivity, label) &&
        (rule.when === undefined || rule.when === occasion),
    )
    .sort((one, other) => specificity(other) - specificity(one))

/** A rule for an occasion takes the place of the usual one, however narrow that is. */
const specificity = (rule: Rule): number =>
  (rule.when === undefined ? 0 : 3) + Number(rule.product !== '*') + Number(rule.sensitivity !== '*')

const lengthens = (rule: Rule, plain: Rule): boolean =>
  rule.trigger !== plain.trigger || rule.countFrom !== plain.countFrom || isLonger(rule.period, plain.period)

function shortest(
  table: Table,
  wanted: Omit<Case, 'label'>,
  sensitivity: readonly string[],
): Rule | undefined {
  const labels = sensitivity.length === 0 ? [PLAIN] : sensitivity
  const rules = labels.map((label) => table.get(keyOf({ ...wanted, label })))
  return rules.reduce((least, rule) => (least && rule && isLonger(least.period, rule.period) ? rule : least))
}

const keyOf = ({ purpose, product, occasion, label }: Case): string =>
  `${purpose} ${product} ${occasion} ${label}`

const named = (value: string | readonly string[]): readonly string[] =>
  value === '*' ? [] : typeof value === 'string' ? [value] : value

const covers = (value: string | readonly string[], wanted: string): boolean =>
  value === '*' || named(value).includes(wanted)

/** Whether one period is longer than another, whenever they begin. */
export const isLonger = (period: string, other: string): boolean =>
  addPeriod(REFERENCE_DAY, period) > addPeriod(REFERENCE_DAY, other)

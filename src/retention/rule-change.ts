import { addPeriod, type CalendarDay, laterDay } from '../kernel/calendar.ts'
import { type RuleBook, shortensFrom } from './rule-book.ts'
import { isLonger, lastDay, lastMinimumDay, type Rule, type RuleSet } from './rules.ts'

/** Purpose tags that are alike in everything on which their end depends. */
export interface TagClass {
  readonly product: string
  readonly sensitivity: readonly string[]
  readonly ruleId: string
  /** The rule says for which purpose, and from which event. */
  readonly ruleVersion: number
  /** Null while the trigger is awaited. */
  readonly triggerDate: CalendarDay | null
  readonly retainUntil: CalendarDay | null
}

/** New rules as they meet recordings that exist already. */
export interface Transition {
  readonly rules: RuleSet
  readonly lengthens: boolean
  readonly effectiveFrom: CalendarDay
  readonly shortensFrom: CalendarDay
  /** The rule that a tag names, of any version. */
  readonly find: (ruleId: string, version: number) => Rule | undefined
}

export const transitionTo = (book: RuleBook, rules: RuleSet, find: Transition['find']): Transition => ({
  rules,
  find,
  lengthens: book.lengtheningGround !== null,
  effectiveFrom: book.effectiveFrom,
  shortensFrom: shortensFrom(book),
})

export interface TagChange {
  readonly rule: Rule
  /** First day on which the change may be made. */
  readonly from: CalendarDay
  readonly minUntil: CalendarDay | null
  /** Null while the trigger is awaited. */
  readonly retainUntil: CalendarDay | null
}

/**
 * What new rules change for a tag that still counts, or undefined. Pure. A shorter or equal period holds
 * for it after the notice, a longer one only with a ground; a rule that counts from another event is for
 * new recordings, whose links it was made for; a tag whose last day is over by then stays over.
 */
export function changeOf(tag: TagClass, to: Transition): TagChange | undefined {
  if (isOverBefore(tag, to)) return undefined
  const before = to.find(tag.ruleId, tag.ruleVersion)
  const rule = before && replacementOf(before, tag, to.rules)
  if (!rule) return undefined
  const retainUntil = tag.triggerDate === null ? null : lastDay(rule, tag.triggerDate)
  const longer = retainUntil === null ? lastsLonger(rule, before) : isAfter(retainUntil, tag.retainUntil)
  if (longer && !to.lengthens) return undefined
  const from = longer ? to.effectiveFrom : to.shortensFrom
  if (tag.retainUntil !== null && tag.retainUntil < from) return undefined
  const minUntil = tag.triggerDate === null ? null : lastMinimumDay(rule, tag.triggerDate)
  return { rule, from, minUntil, retainUntil }
}

/** Over before any change may be made: most tags of old recordings, and what follows costs time. */
export const isOverBefore = (
  { retainUntil }: Pick<TagClass, 'retainUntil'>,
  { effectiveFrom }: Pick<Transition, 'effectiveFrom'>,
): boolean => retainUntil !== null && retainUntil < effectiveFrom

/** Another rule than before that counts from the same event. */
function replacementOf(before: Rule, tag: TagClass, rules: RuleSet): Rule | undefined {
  const rule = rules.ruleFor(before.purpose, tag.product, tag.sensitivity, before.when)
  const same = rule?.id === before.id && rule.version === before.version
  return same || rule?.trigger !== before.trigger ? undefined : rule
}

/**
 * Last day of a tag as the change makes it: a tag that would have ended before the change is made ends
 * with it, and not earlier. Null while the trigger is awaited.
 */
export const endAfter = ({ retainUntil, from }: TagChange): CalendarDay | null =>
  retainUntil === null ? null : laterDay(retainUntil, addPeriod(from, '-P1D'))

const isAfter = (day: CalendarDay, other: CalendarDay | null): boolean => other !== null && day > other

/** Of two rules whose event is still awaited. */
const lastsLonger = (rule: Rule, before: Rule): boolean =>
  isLonger(rule.period, before.period) || (rule.countFrom === 'year_end' && before.countFrom === 'event')

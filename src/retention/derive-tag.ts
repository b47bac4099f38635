import { addPeriod, type CalendarDay, laterDay } from '../kernel/calendar.ts'
import { isOver } from '../recordings/ends.ts'
import type { AwaitedEvent, DerivedTag } from '../recordings/model.ts'
import { isAwaitedType, linkOf } from './events.ts'
import { lastDay, lastMinimumDay, type Rule } from './rules.ts'

/** Policy, claim and complaint that a recording is about, as far as its sender named them. */
export type Links = Readonly<Record<string, string | undefined>>

/** What a rule needs to know of a recording. */
export interface TagSubject {
  readonly product: string
  /** The Amsterdam day on which the call ended. */
  readonly ended: CalendarDay
  readonly links: Links
  /** The case for which a purpose was added later; takes the place of the linked complaint. */
  readonly caseRef?: string | undefined
}

/** An awaited event and the day on which it occurred; null while it has not. */
export interface Awaiting extends AwaitedEvent {
  readonly occurredOn: CalendarDay | null
}

/** The tag that a rule gives a recording of which no event has been reported. Pure. */
export function makeTag(rule: Rule, subject: TagSubject, now: Date): DerivedTag {
  const awaits = awaitsOf(rule, subject)
  const dates = datesOf(rule, awaits.length === 0 ? subject.ended : null, subject.ended)
  return {
    purpose: rule.purpose,
    legalBasis: rule.basis,
    product: subject.product,
    ruleId: rule.id,
    ruleVersion: rule.version,
    trigger: rule.trigger,
    ...dates,
    state: stateOf(dates.retainUntil, now),
    disposition: rule.disposition,
    review: rule.review,
    awaits,
  }
}

/** The events that a rule counts from, and what they must be about to mean this recording. */
export const awaitsOf = (rule: Rule, { links, caseRef }: TagSubject): AwaitedEvent[] =>
  rule.triggers.filter(isAwaitedType).map((type) => {
    const link = linkOf(type)
    return { type, ref: (link === 'complaint' ? caseRef : undefined) ?? links[link] ?? null }
  })

/**
 * The day from which a period counts: the latest of the awaited events, or null while one has not
 * occurred. Of several, those that nothing could be reported for are not waited for.
 */
export function triggerDateOf(awaits: readonly Awaiting[]): CalendarDay | null {
  const named = awaits.filter(({ ref }) => ref !== null)
  const days = named.map((event) => event.occurredOn)
  return days.length === 0
    ? null
    : days.reduce((latest, day) => (latest === null || day === null ? null : laterDay(latest, day)))
}

export type RuleDates = Pick<DerivedTag, 'triggerDate' | 'minUntil' | 'retainUntil' | 'openUntil'>

/** The days that follow from a trigger date, or from its absence. */
export const datesOf = (rule: Rule, triggerDate: CalendarDay | null, ended: CalendarDay): RuleDates =>
  triggerDate === null
    ? { triggerDate, minUntil: null, retainUntil: null, openUntil: addPeriod(ended, rule.maxOpen) }
    : {
        triggerDate,
        minUntil: lastMinimumDay(rule, triggerDate),
        retainUntil: lastDay(rule, triggerDate),
        openUntil: null,
      }

/** The state of a tag that no person has changed. */
export const stateOf = (retainUntil: CalendarDay | null, now: Date): DerivedTag['state'] => {
  if (retainUntil === null) return 'pending_trigger'
  return isOver(retainUntil, now) ? 'expired' : 'active'
}

import { type CalendarDay, dayOf } from '../kernel/calendar.ts'
import { isOver } from '../recordings/ends.ts'
import { type Awaiting, awaitsOf, datesOf, triggerDateOf } from './derive-tag.ts'
import { type BusinessEvent, isAwaitedType, occurredOn } from './events.ts'
import type { ConcernedRecording, ConcernedTag, TagChange } from './events-queries.ts'
import type { Rule, RuleSet } from './rules.ts'

/** The rules by which tags are dated: those in force, and those that a tag still names. */
export interface RulesInUse {
  readonly current: RuleSet
  find(ruleId: string, version: number): Rule | undefined
}

/**
 * What the standing events make of one tag: `changed`, `same`, `over` when the tag has ended for good
 * and nothing revives it, or `unknown_rule` when nobody can say how long it lasts. Pure, and decided by
 * all events at once, so that the order in which they were reported makes no difference.
 */
export type Redated =
  | { readonly kind: 'changed'; readonly change: TagChange }
  | { readonly kind: 'same' | 'over' | 'unknown_rule' }

export function redate(
  recording: ConcernedRecording,
  tag: ConcernedTag,
  events: readonly BusinessEvent[],
  rules: RulesInUse,
  now: Date,
): Redated {
  const own = rules.find(tag.ruleId, tag.ruleVersion)
  if (!own) return { kind: tag.awaits.length > 0 ? 'unknown_rule' : 'same' }
  const rule = ruleOnOccasion(own, recording, events, rules)
  const ended = dayOf(recording.callEndedAt)
  const expected = rule === own ? tag.awaits : awaitsOf(rule, { ...recording, ended })
  const awaits = expected.map(
    (event): Awaiting => ({
      type: event.type,
      ref: event.ref,
      occurredOn: answer(event, events, recording.entity),
    }),
  )
  if (rule === own && awaits.every((event, i) => event.occurredOn === tag.awaits[i]?.occurredOn))
    return { kind: 'same' }
  if (hasEndedForGood(tag, now)) return { kind: 'over' }
  const dates = datesOf(rule, awaits.length === 0 ? ended : triggerDateOf(awaits), ended)
  return { kind: 'changed', change: changeOf(recording, tag, rule, { ...dates, awaits }, now) }
}

/** The day on which an awaited event occurred, as far as anything could be reported for it. */
export const answer = (
  { type, ref }: { type: string; ref: string | null },
  events: readonly BusinessEvent[],
  entity: string,
): CalendarDay | null =>
  ref === null || !isAwaitedType(type) ? null : occurredOn(events, { type, ref }, entity)

/**
 * Another rule takes the place of the usual one while the application stands rejected. A purpose added
 * for a case keeps the rule for cases.
 */
function ruleOnOccasion(
  own: Rule,
  { entity, product, sensitivity, links }: ConcernedRecording,
  events: readonly BusinessEvent[],
  { current }: RulesInUse,
): Rule {
  const policy = links.policy ?? null
  const rejected = answer({ type: 'application.rejected', ref: policy }, events, entity) !== null
  if (own.when === 'case') return own
  if (rejected === (own.when === 'rejected')) return own
  const wanted = current.ruleFor(own.purpose, product, sensitivity, rejected ? 'rejected' : undefined)
  return wanted && (wanted.when === 'rejected') === rejected ? wanted : own
}

/**
 * Over by a decision, by the sweep, or by time. An end that an event set into the past is still open
 * to the other events of the same day's post, until the sweep has acted on it.
 */
export const hasEndedForGood = ({ state, retainUntil, datedOn }: ConcernedTag, now: Date): boolean => {
  if (state === 'expired' || state === 'withdrawn' || state === 'objected') return true
  return retainUntil !== null && isOver(retainUntil, now) && (datedOn === null || datedOn <= retainUntil)
}

/** A tag under a rule and with dates of now; an objection that is being considered stays so. */
export function changeOf(
  recording: ConcernedRecording,
  tag: ConcernedTag,
  rule: Rule,
  dates: Pick<TagChange, 'triggerDate' | 'minUntil' | 'retainUntil' | 'openUntil' | 'awaits'>,
  now: Date,
): TagChange {
  return {
    recordingId: recording.id,
    purpose: tag.purpose,
    ruleId: rule.id,
    ruleVersion: rule.version,
    legalBasis: rule.basis,
    trigger: rule.trigger,
    disposition: rule.disposition,
    review: rule.review,
    ...dates,
    state: stateAfter(tag, dates.retainUntil),
    datedOn: dayOf(now),
  }
}

/** An objection that is being considered stays so. Whether a day is over is for its readers to see. */
const stateAfter = ({ state }: ConcernedTag, retainUntil: CalendarDay | null): TagChange['state'] => {
  if (state === 'suspended') return state
  return retainUntil === null ? 'pending_trigger' : 'active'
}

import { dayOf } from '../kernel/calendar.ts'
import { type Awaiting, awaitsOf, datesOf, triggerDateOf } from './derive-tag.ts'
import type { BusinessEvent } from './events.ts'
import type { ConcernedRecording, ConcernedTag } from './events-queries.ts'
import { answer, changeOf, hasEndedForGood, type Redated, type RulesInUse } from './events-redate.ts'
import type { Rule } from './rules.ts'

/**
 * What a tag would be if the recording had been delivered as it says now: another rule where its product or
 * sensitivity asks for one, and dates that count from what its call and links now tell. Pure. The rule that
 * decided the tag stays as long as it is the one that would be chosen, in whatever version; what has ended
 * stays ended; the archive counts from its own beginning. `unknown_rule` when no rule covers the case.
 */
export function redateCorrected(
  recording: ConcernedRecording,
  tag: ConcernedTag,
  events: readonly BusinessEvent[],
  rules: RulesInUse,
  now: Date,
): Redated {
  const own = rules.find(tag.ruleId, tag.ruleVersion)
  if (own?.trigger === 'archived') return { kind: 'same' }
  if (recording.status === 'quarantined' || hasEndedForGood(tag, now)) return { kind: 'over' }
  const rule = own && ruleFor(own, recording, events, rules)
  if (!rule) return { kind: 'unknown_rule' }
  const ended = dayOf(recording.callEndedAt)
  const awaits = awaitsOf(rule, { ...recording, ended, caseRef: caseOf(own, tag) }).map((event) => ({
    ...event,
    occurredOn: answer(event, events, recording.entity),
  }))
  const triggerDate = awaits.length === 0 ? ended : triggerDateOf(awaits)
  // The end of a running tag may have been set by new rules, with their notice; only its own facts change it here.
  const isSame = rule === own && triggerDate !== null && triggerDate === tag.triggerDate
  if (isSame && isAlike(awaits, tag.awaits)) return { kind: 'same' }
  const dates = datesOf(rule, triggerDate, ended)
  return { kind: 'changed', change: changeOf(recording, tag, rule, { ...dates, awaits }, now) }
}

function ruleFor(
  own: Rule,
  { entity, product, sensitivity, links }: ConcernedRecording,
  events: readonly BusinessEvent[],
  { current }: RulesInUse,
): Rule | undefined {
  const application = { type: 'application.rejected', ref: links.policy ?? null }
  const isRejected = answer(application, events, entity) !== null
  const occasion = own.when === 'case' ? 'case' : isRejected ? 'rejected' : undefined
  const wanted = current.ruleFor(own.purpose, product, sensitivity, occasion)
  return wanted?.id === own.id ? own : wanted
}

/** The case for which a purpose was added; it takes the place of the linked complaint. */
const caseOf = (own: Rule, { awaits }: ConcernedTag): string | undefined =>
  own.when === 'case' ? (awaits.find(({ type }) => type === 'case.closed')?.ref ?? undefined) : undefined

const isAlike = (one: readonly Awaiting[], other: readonly Awaiting[]): boolean =>
  one.length === other.length &&
  one.every(({ type, ref, occurredOn }) =>
    other.some((event) => event.type === type && event.ref === ref && event.occurredOn === occurredOn),
  )

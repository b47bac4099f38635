import { dayOf } from '../kernel/calendar.ts'
import { Problem } from '../kernel/problem.ts'
import { isOpen, isOver } from '../recordings/ends.ts'
import type { DerivedTag, LegalBasis } from '../recordings/model.ts'
import { makeTag } from './derive-tag.ts'
import type { HeldPurpose, PurposeSubject } from './purpose-queries.ts'
import type { Rule, RuleSet } from './rules.ts'

export interface NewPurpose {
  readonly purpose: string
  readonly caseRef?: string | undefined
}

/**
 * The tag of a purpose that is added later: announced to the caller, with a rule, still to come to its
 * end, and on a recording that is still in use. Pure. Throws Problem: `invalid_metadata`,
 * `purpose_not_announced`, `purpose_exists`, `purpose_over`, `no_rule`, `nothing_to_keep`.
 */
export function tagToAdd(
  recording: PurposeSubject,
  { purpose, caseRef }: NewPurpose,
  rules: RuleSet,
  now: Date,
): DerivedTag {
  const entry = rules.purposes.get(purpose)
  if (!entry?.audio || entry.archive)
    throw new Problem('invalid_metadata', {
      errors: [{ field: 'purpose', message: 'is not a purpose for which audio may be kept' }],
    })
  if (recording.status === 'quarantined') throw new Problem('purpose_over')
  if (recording.tags.some((tag) => tag.purpose === purpose)) throw new Problem('purpose_exists')
  if (!rules.notices.get(recording.noticeVersion)?.includes(purpose))
    throw new Problem('purpose_not_announced')
  const { product, sensitivity, links } = recording
  const rule = rules.ruleFor(purpose, product, sensitivity, caseRef === undefined ? undefined : 'case')
  if (!rule) throw new Problem('no_rule')
  const tag = makeTag(rule, { product, links, caseRef, ended: dayOf(recording.callEndedAt) }, now)
  if (tag.state === 'expired') throw new Problem('nothing_to_keep')
  return tag
}

export const REASONS = ['removed', 'consent_withdrawn', 'objection_upheld'] as const
export type Reason = (typeof REASONS)[number]

/** The legal basis against which a right exists; a purpose can be removed whatever its basis. */
const BASIS: Readonly<Record<Reason, LegalBasis | undefined>> = {
  removed: undefined,
  consent_withdrawn: 'consent',
  objection_upheld: 'legitimate_interests',
}

/**
 * The state of a purpose that ends before its time, or undefined when it has ended that way already.
 * Pure. Throws Problem: `not_found`, `right_not_available`, `purpose_over`, `statutory_minimum`.
 */
export function stateWhenRemoved(
  tag: HeldPurpose | undefined,
  because: Reason,
  rule: Rule | undefined,
  now: Date,
): 'withdrawn' | 'objected' | undefined {
  if (!tag) throw new Problem('not_found')
  const basis = BASIS[because]
  if (basis !== undefined && tag.legalBasis !== basis) throw new Problem('right_not_available')
  const ended = because === 'objection_upheld' ? 'objected' : 'withdrawn'
  if (tag.state === ended) return undefined
  if (hasEnded(tag, now)) throw new Problem('purpose_over')
  if (isDemanded(tag, rule, now)) throw new Problem('statutory_minimum')
  return ended
}

/** Whether a law still demands it; while the trigger is awaited, the minimum has not even begun. */
function isDemanded(tag: HeldPurpose, rule: Rule | undefined, now: Date): boolean {
  if (tag.minUntil !== null) return !isOver(tag.minUntil, now)
  if (!isOpen(tag)) return false
  return rule ? rule.minimum !== undefined : tag.legalBasis === 'legal_obligation'
}

/**
 * The state of a purpose while an objection to it is considered, or undefined when that is so already.
 * Pure. Throws Problem: `not_found`, `right_not_available`, `purpose_over`.
 */
export function stateWhenObjected(tag: HeldPurpose | undefined, now: Date): 'suspended' | undefined {
  if (!tag) throw new Problem('not_found')
  if (tag.legalBasis !== 'legitimate_interests') throw new Problem('right_not_available')
  if (hasEnded(tag, now)) throw new Problem('purpose_over')
  return tag.state === 'suspended' ? undefined : 'suspended'
}

/** The right by which a member ends a purpose that rests on this basis, where there is one. */
const REFUSALS: Partial<Record<LegalBasis, Reason>> = {
  consent: 'consent_withdrawn',
  legitimate_interests: 'objection_upheld',
}

/**
 * The state of a purpose that its member refuses and that is offered with that choice: no interest of ours is
 * weighed against it. Undefined when it has ended that way already. Pure. Throws Problem as
 * `stateWhenRemoved` does.
 */
export function stateWhenRefused(
  tag: HeldPurpose | undefined,
  rule: Rule | undefined,
  now: Date,
): 'withdrawn' | 'objected' | undefined {
  if (!tag) throw new Problem('not_found')
  const because = REFUSALS[tag.legalBasis]
  if (!because) throw new Problem('right_not_available')
  return stateWhenRemoved(tag, because, rule, now)
}

/** Whether a member can still refuse the purpose; the question before `stateWhenRefused`. Pure. */
export const isRefusable = (tag: HeldPurpose, rule: Rule | undefined, now: Date): boolean =>
  REFUSALS[tag.legalBasis] !== undefined && !hasEnded(tag, now) && !isDemanded(tag, rule, now)

/**
 * The state of a purpose when the objection to it was not upheld, or undefined when there was none. What
 * ended in the meantime stays ended. Pure. Throws Problem: `not_found`.
 */
export function stateWhenResumed(
  tag: HeldPurpose | undefined,
  now: Date,
): 'active' | 'pending_trigger' | 'expired' | undefined {
  if (!tag) throw new Problem('not_found')
  if (tag.state !== 'suspended') return undefined
  if (tag.retainUntil === null) return 'pending_trigger'
  return isOver(tag.retainUntil, now) ? 'expired' : 'active'
}

const hasEnded = ({ state, retainUntil }: HeldPurpose, now: Date): boolean =>
  state === 'expired' ||
  state === 'withdrawn' ||
  state === 'objected' ||
  (retainUntil !== null && isOver(retainUntil, now))

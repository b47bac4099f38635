import { z } from 'zod'
import { addPeriod, dayOf } from '../kernel/calendar.ts'
import { type FieldError, Problem } from '../kernel/problem.ts'
import type { LegalBasis } from '../recordings/model.ts'
import { name, text } from '../recordings/schema.ts'
import { CorrectionSchema } from '../retention/rectify-routes.ts'
import type { ItemChange } from './answer-queries.ts'
import {
  type Identity,
  REASON_CODES,
  REQUEST_TYPES,
  type ReasonCode,
  type RequestType,
  UAVG_41_CODES,
} from './request-model.ts'
import type { ItemRow } from './request-queries.ts'
import { hasRight } from './request-rights.ts'
import { words } from './request-schema.ts'

/** One answer to one or more questions of a request. */
export const DecisionSchema = z
  .strictObject({
    type: z.enum(REQUEST_TYPES),
    items: z
      .array(z.int().min(1))
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'Numbers of the questions; absent: all that are open' }),
    recordings: z.array(z.uuid()).min(1).max(1000).optional(),
    purposes: z.array(name).min(1).max(20).optional(),
    outcome: z.enum(['granted', 'partial', 'refused']),
    reason: z.enum(REASON_CODES).optional().meta({ description: 'For all that is not granted in full' }),
    text: words(4000).meta({ description: 'What the member reads, in plain Dutch; never false' }),
    refusedUntil: z.iso.date().optional().meta({
      description: 'Last day of the refusal; then it is carried out without anybody asking',
    }),
    uavg41: z
      .strictObject({
        necessity: words(2000),
        proportionality: words(2000),
        reviewOn: z.iso.date().meta({ description: 'Within a year' }),
      })
      .optional()
      .meta({ description: 'Art. 41 UAVG; a second person approves it' }),
    correction: CorrectionSchema.optional().meta({ description: 'For a rectification of one recording' }),
    earlierDecider: text(200).optional().meta({ description: 'Human review: who, or what, decided before' }),
  })
  .meta({ id: 'PrivacyDecision' })

export const DecisionsSchema = z
  .strictObject({ decisions: z.array(DecisionSchema).min(1).max(50) })
  .meta({ id: 'PrivacyDecisions' })

export type Decision = z.output<typeof DecisionSchema>

/** What an answer depends on beside the question. */
export interface DecisionFacts {
  readonly identity: Identity
  /** Last day of the mandate of who asks for the member; null when they ask themselves. */
  readonly mandateUntil: string | null
  readonly decider: string
  /** Who decided what is to be reviewed. */
  readonly earlierDeciders: readonly string[]
  /** Until when the law keeps what is asked about, as far as that is known. */
  readonly keptUntil: string | null
  readonly now: Date
}

/**
 * What an answer makes of a question. A refusal without a person, a reason and a text does not exist, and one on the
 * grounds of Art. 41 UAVG is only a proposal until a second person agrees. Pure. Throws Problem:
 * `invalid_privacy_request` naming the field, `identity_required`, `right_not_available`, `second_person_required`,
 * `not_open`.
 */
export function answerTo(item: ItemRow, decision: Decision, facts: DecisionFacts): ItemChange {
  const errors = [...misfits(decision, facts)]
  if (errors.length > 0) throw new Problem('invalid_privacy_request', { errors })
  if (item.state !== 'open' && item.state !== 'refused') throw new Problem('not_open')
  if (decision.type === 'human_review' && isSecondTime(decision, facts))
    throw new Problem('second_person_required')
  if (decision.outcome !== 'refused') requireGrantable(item, facts)
  const { outcome, reason, uavg41 } = decision
  return {
    state: uavg41 ? 'proposed' : outcome,
    answer: decision.text,
    reason_code: reason ?? null,
    refused_until: outcome === 'refused' ? untilOf(item, decision, facts) : null,
    decided_by: facts.decider,
    decided_at: facts.now,
    necessity: uavg41?.necessity ?? null,
    proportionality: uavg41?.proportionality ?? null,
    review_on: uavg41?.reviewOn ?? null,
    approved_by: null,
    approved_at: null,
    executed_at: null,
    result: null,
  }
}

function* misfits(decision: Decision, facts: DecisionFacts): Generator<FieldError> {
  const { outcome, reason, refusedUntil, uavg41, correction, type } = decision
  const today = dayOf(facts.now)
  if ((reason === undefined) !== (outcome === 'granted'))
    yield { field: 'reason', message: 'says why not everything is granted, and only then' }
  if (refusedUntil && (outcome !== 'refused' || refusedUntil < today))
    yield { field: 'refusedUntil', message: 'is a day to come, of a refusal' }
  if (correction && (type !== 'rectification' || outcome === 'refused'))
    yield { field: 'correction', message: 'is for a rectification that is granted' }
  if (reason === 'IdentityVerificationFailure' && facts.identity !== 'failed')
    yield { field: 'reason', message: 'needs an identity that was asked for and did not become certain' }
  yield* misfitsOfRestriction(uavg41, reason, outcome, today)
}

function* misfitsOfRestriction(
  uavg41: Decision['uavg41'],
  reason: ReasonCode | undefined,
  outcome: Decision['outcome'],
  today: string,
): Generator<FieldError> {
  const isRestriction = outcome === 'refused' && reason !== undefined && UAVG_41_CODES.includes(reason)
  if (isRestriction !== (uavg41 !== undefined))
    yield {
      field: 'uavg41',
      message: 'goes with a refusal for the investigation of crime, and only with that',
    }
  if (uavg41 && (uavg41.reviewOn <= today || uavg41.reviewOn > addPeriod(today, 'P1Y')))
    yield { field: 'uavg41.reviewOn', message: 'must be a day within the coming year' }
}

const isSecondTime = ({ earlierDecider }: Decision, { decider, earlierDeciders }: DecisionFacts): boolean =>
  earlierDecider === decider || earlierDeciders.includes(decider)

/** Nothing is released, ended or changed for somebody of whom it is not certain that they may ask for it. */
function requireGrantable(item: ItemRow, { identity, mandateUntil, now }: DecisionFacts): void {
  if (identity !== 'confirmed') throw new Problem('identity_required')
  if (mandateUntil !== null && mandateUntil < dayOf(now))
    throw new Problem('identity_required', { detail: 'The mandate of who asks has ended.' })
  const basis = item.legal_basis as LegalBasis | null
  if (basis !== null && !hasRight(item.type as RequestType, basis)) throw new Problem('right_not_available')
}

/** What the law keeps it keeps until a day, also when nobody wrote the day down. */
const untilOf = (
  item: ItemRow,
  { refusedUntil, reason }: Decision,
  { keptUntil }: DecisionFacts,
): string | null =>
  refusedUntil ?? (item.type === 'erasure' && reason === 'LegallyExempted' ? keptUntil : null)

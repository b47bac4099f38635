import type { TagState } from '../db/schema.ts'
import { counts } from '../recordings/ends.ts'
import type { LegalBasis } from '../recordings/model.ts'
import { TRAINING } from '../recordings/training-use.ts'
import { BY_PURPOSE, BY_RECORDING, type RequestType } from './request-model.ts'
import { hasRight } from './request-rights.ts'

/** A recording that a request is about, with its purposes. */
export interface Matched {
  readonly id: string
  readonly entity: string
  readonly tags: readonly {
    readonly purpose: string
    readonly legalBasis: LegalBasis
    readonly state: TagState
    readonly retainUntil: string | null
  }[]
}

/** One thing that has to be answered. */
export interface Question {
  readonly type: RequestType
  /** Null: about the request as a whole. */
  readonly recordingId: string | null
  readonly entity: string | null
  readonly purpose: string | null
  readonly legalBasis: LegalBasis | null
}

/**
 * The questions of a request: per recording, and per purpose where the right depends on it. A right with nothing to
 * be asked about is one question all the same, because that there is nothing is an answer too. Without named
 * purposes an objection is about those that it can be made against. Pure.
 */
export function questionsOf(
  types: readonly RequestType[],
  recordings: readonly Matched[],
  purposes: readonly string[] | undefined,
): Question[] {
  return types.flatMap((type) => {
    const found = recordings.flatMap((recording) => questionsAbout(type, recording, purposes))
    const whole = { type, recordingId: null, entity: null, purpose: null, legalBasis: null }
    return found.length > 0 ? found : [whole]
  })
}

function questionsAbout(
  type: RequestType,
  { id, entity, tags }: Matched,
  purposes: readonly string[] | undefined,
): Question[] {
  const about = { type, recordingId: id, entity, purpose: null, legalBasis: null }
  if (BY_RECORDING.includes(type)) return [about]
  if (!BY_PURPOSE.includes(type)) return []
  const live = tags.filter((tag) => counts(tag) && tag.state !== 'expired')
  // Nothing keeps it any more: it goes anyway, and the member is told so.
  if (type === 'erasure' && live.length === 0) return [about]
  return live
    .filter(({ purpose, legalBasis }) =>
      purposes ? purposes.includes(purpose) : isMeant(type, purpose, legalBasis),
    )
    .map(({ purpose, legalBasis }) => ({ ...about, purpose, legalBasis }))
}

function isMeant(type: RequestType, purpose: string, basis: LegalBasis): boolean {
  if (type === 'erasure') return true
  return hasRight(type, basis) || (type === 'consent_withdrawal' && purpose === TRAINING)
}

import type { Actor } from '../access/actor.ts'
import { can, scopeOf } from '../access/policy.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { DeclaredReason } from './declared-reason.ts'
import { type FoundRecording, findRecording } from './find-queries.ts'
import { findOversight } from './oversight-queries.ts'
import { presentRecording, type RecordingJson, type SoundFacts, subjectOf, tagOf } from './present.ts'
import { recordRead } from './record-read.ts'

export interface FindPorts {
  readonly db: Database
  readonly trail: AuditTrail
  readonly clock: Clock
}

/**
 * Finds one recording as the actor may see it. Malformed, unknown, foreign and destroyed ids take the
 * same steps to Problem('not_found'); `forbidden` for staff of the entity whose role has no business
 * with it. Both the answer and the refusal are audited before anything is said.
 */
export function makeFind({ db, trail, clock }: FindPorts) {
  return async function find(
    actor: Actor,
    id: string,
    declared: DeclaredReason = {},
  ): Promise<RecordingJson> {
    const now = clock.now()
    const found = await findRecording(db, idToLookUp(id), scopeOf(actor))
    const row = found && { ...found, ...(await findOversight(db, actor, found.id, now)) }
    const decision = row ? can(actor, 'read', subjectOf(row, row.tags.map(tagOf)), now) : 'not_found'
    const { reason, caseRef } = declared
    const detail = reason === undefined ? {} : { reason }
    await recordRead(trail, { type: 'recording.viewed', actor, at: now, decision, id, caseRef, detail })
    if (!row) throw new Problem('not_found')
    return presentRecording(row, row.tags.map(tagOf), soundOf(row), actor, now, declared)
  }
}

/** The sound as an answer describes it. */
export const soundOf = ({ media_type, plain_bytes, sha256, media }: FoundRecording): SoundFacts => ({
  original:
    media_type !== null && plain_bytes !== null && sha256 !== null
      ? { mediaType: media_type, bytes: plain_bytes, sha256 }
      : null,
  media,
})

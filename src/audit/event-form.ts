import { canonical, type Json } from './canonical.ts'
import { sha256 } from './sha256.ts'

/** An audit event as the database has it. */
export interface EventRow {
  readonly id: string
  readonly occurred_at: Date
  readonly type: string
  readonly action: string
  readonly outcome: string
  readonly code: string | null
  readonly actor_sub: string | null
  readonly actor_roles: readonly string[]
  readonly recording_id: string | null
  readonly playback_id: string | null
  readonly purpose: string | null
  readonly case_ref: string | null
  readonly request_id: string | null
  readonly detail: Record<string, unknown>
}

export const SALT_BYTES = 16

/**
 * The closed form of an event that becomes an entry of the log. It has no value that speaks of a person; those
 * are in the payload, of which it only has the commitment. Its members are text and lists of text: `verify-export`
 * relies on that.
 */
export const entryOf = (row: EventRow, commitment: Buffer): string =>
  canonical({
    v: 1,
    id: row.id,
    at: row.occurred_at.toISOString(),
    type: row.type,
    action: row.action,
    outcome: row.outcome,
    code: row.code,
    actorRoles: row.actor_roles,
    recordingId: row.recording_id,
    playbackId: row.playback_id,
    purpose: row.purpose,
    requestId: row.request_id,
    commitment: commitment.toString('base64'),
  })

/** Who acted, for which case, and what else was noted: erased when the law wants it, and the log still proves itself. */
export const payloadOf = ({ actor_sub, case_ref, detail }: EventRow): string =>
  canonical({ actor: actor_sub, caseRef: case_ref, detail: detail as Json })

/** Filled anew for every commitment, like the nodes of the tree. */
let salted = Buffer.alloc(4096)

/** SHA-256 over salt and payload: without the salt nobody can tell by trying what it was. */
export function commitTo(salt: Uint8Array, payload: string | Uint8Array): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  const size = salt.length + bytes.length
  if (size > salted.length) salted = Buffer.alloc(2 * size)
  salted.set(salt)
  salted.set(bytes, salt.length)
  return sha256(salted.subarray(0, size))
}

import type { Readable } from 'node:stream'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import type { Keyring } from '../storage/keyring.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { findSealed } from './sealed-queries.ts'

export interface Sealed {
  /** The recording's own age identity (X25519 secret, 32 bytes). */
  readonly identity: Uint8Array
  /** The stored age file as it is, encrypted. */
  read(signal: AbortSignal): Promise<Readable>
}

/**
 * For whoever runs the service: a stored recording with the key that opens it, so that nobody is
 * locked in. The audit row with the reason is durable before the key is handed out.
 * Throws Problem: `not_found` when there is no such recording or its key is gone; `unavailable` while something
 * that nobody may hear is being taken out of it.
 */
export function makeOpenSealed(ports: { db: Database; store: ObjectStore; keyring: Keyring; clock: Clock }) {
  return async function openSealed(recordingId: string, reason: string): Promise<Sealed> {
    const found = await findSealed(ports.db, recordingId)
    if (!found) throw new Problem('not_found')
    if (found.redacting) throw new Problem('unavailable', { detail: 'Something is being taken out of it.' })
    await appendAudit(ports.db, {
      type: 'recording.opened_by_operator',
      action: 'R',
      outcome: 'ok',
      at: ports.clock.now(),
      actor: null,
      recordingId,
      detail: { reason },
    })
    return {
      identity: await ports.keyring.unwrap({ kekId: found.kek_id, wrapped: found.wrapped }, recordingId),
      read: (signal) => ports.store.open(found.object_key, { offset: 0, length: found.cipher_bytes }, signal),
    }
  }
}

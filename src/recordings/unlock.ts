import { createHash } from 'node:crypto'
import type { Clock } from '../kernel/clock.ts'
import { MINUTE } from '../kernel/units.ts'
import { type AgePayload, openAgePayload } from '../storage/age/index.ts'
import type { Keyring } from '../storage/keyring.ts'

export interface LockedAudio {
  readonly recordingId: string
  readonly kekId: string
  readonly wrapped: Uint8Array
  readonly ageHeader: Uint8Array
}

const MAX_OPEN = 1000
const MAX_AGE_MS = 5 * MINUTE

interface OpenEntry {
  readonly payload: Promise<AgePayload>
  readonly since: number
}

/**
 * Opens encrypted audio, remembering the last ones for minutes: a player asks for the same recording
 * many times, and a key service may be far away. An entry is found by the digest of the wrapped key and
 * the header, both of which the caller has just read from the database; once the key's row is destroyed
 * nobody can name the entry, and it is dropped within MAX_AGE_MS of use by others.
 */
export function makeUnlock({ keyring, clock }: { keyring: Keyring; clock: Clock }) {
  const open = new Map<string, OpenEntry>()

  function dropOld(now: number): void {
    for (const [name, { since }] of open) {
      if (open.size <= MAX_OPEN && now - since < MAX_AGE_MS && now >= since) return
      open.delete(name)
    }
  }

  return function unlock(audio: LockedAudio): Promise<AgePayload> {
    const now = clock.now().getTime()
    dropOld(now)
    const name = nameOf(audio)
    const known = open.get(name)
    if (known) return known.payload
    const payload = keyring
      .unwrap({ kekId: audio.kekId, wrapped: audio.wrapped }, audio.recordingId)
      .then((identity) => openAgePayload({ header: audio.ageHeader, identity }))
    open.set(name, { payload, since: now })
    // A failure may be over in a moment, so it is not remembered.
    payload.catch(() => open.delete(name))
    return payload
  }
}

export type Unlock = ReturnType<typeof makeUnlock>

const nameOf = ({ recordingId, kekId, wrapped, ageHeader }: LockedAudio): string =>
  createHash('sha256').update(`${recordingId} ${kekId} `).update(wrapped).update(ageHeader).digest('base64')

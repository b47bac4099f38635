import { createHash, type Hash } from 'node:crypto'
import { Problem } from '../kernel/problem.ts'
import { readPieces } from '../kernel/read-pieces.ts'
import type { AgePayload, SpanDecryption } from '../storage/age/index.ts'
import { type ObjectStore, ObjectStoreError } from '../storage/object-store.ts'
import type { StoredFile } from './scrub-queries.ts'
import type { Unlock } from './unlock.ts'

/** What reading a stored object showed; `unreadable` says nothing of the object, only of this attempt. */
export type Verdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'changed'; readonly why: string }
  | { readonly kind: 'unreadable'; readonly error: unknown }

/** Told how many bytes have come; reading goes on when its promise is done. */
export type Pace = (bytes: number, signal: AbortSignal) => Promise<void> | undefined

export type CheckStored = (rendition: StoredFile, signal: AbortSignal, pace?: Pace) => Promise<Verdict>

/**
 * Reads the whole object as it is stored, with constant memory, and compares it with what the database
 * knows: its header, the tag of every chunk, its length, and the hashes of the stored and the plain bytes.
 * It reads the latest version, which is the one that people hear. Rejects only when the signal aborts.
 */
export function makeCheckStored({
  store,
  unlock,
}: {
  readonly store: Pick<ObjectStore, 'open'>
  readonly unlock: Unlock
}): CheckStored {
  return async function checkStored(rendition, signal, pace) {
    try {
      const { key } = rendition
      // Without its key nobody can ever open it again.
      if (!key) return { kind: 'missing' }
      const payload = await unlock({ ...rendition, ...key })
      return await readAll(store, rendition, payload, signal, pace)
    } catch (error) {
      signal.throwIfAborted()
      return verdictOf(error)
    }
  }
}

function verdictOf(error: unknown): Verdict {
  if (error instanceof ObjectStoreError && error.kind === 'missing') return { kind: 'missing' }
  if (!(error instanceof Problem && error.code === 'damaged_recording')) return { kind: 'unreadable', error }
  return { kind: 'changed', why: error.cause instanceof Error ? error.cause.message : error.message }
}

async function readAll(
  store: Pick<ObjectStore, 'open'>,
  rendition: StoredFile,
  payload: AgePayload,
  signal: AbortSignal,
  pace: Pace | undefined,
): Promise<Verdict> {
  const reading = new Reading(rendition, payload)
  // One byte more than there should be: a store that has it has another object.
  const span = { offset: 0, length: rendition.cipherBytes + 1 }
  await readPieces(await store.open(rendition.objectKey, span, signal), (piece) => {
    reading.push(piece)
    return pace?.(piece.length, signal)
  })
  const why = reading.end()
  return why === undefined ? { kind: 'right' } : { kind: 'changed', why }
}

/** Follows one stored file from its first byte to its last. Throws Problem('damaged_recording') at a broken chunk. */
class Reading {
  readonly #rendition: StoredFile
  readonly #decryption: SpanDecryption
  readonly #cipher: Hash = createHash('sha256')
  readonly #plain: Hash = createHash('sha256')
  #position = 0

  constructor(rendition: StoredFile, payload: AgePayload) {
    const whole = { offset: 0, length: rendition.plainBytes }
    this.#rendition = rendition
    this.#decryption = payload.decryptSpan(whole, rendition.plainBytes)
  }

  push(piece: Buffer): void {
    const { ageHeader } = this.#rendition
    const inHeader = Math.min(piece.length, Math.max(0, ageHeader.length - this.#position))
    const expected = ageHeader.subarray(this.#position, this.#position + inHeader)
    // The service reads with the header of the database; whoever exports the object relies on its own.
    if (!piece.subarray(0, inHeader).equals(expected)) throw damaged('its header is that of another file')
    this.#position += piece.length
    this.#cipher.update(piece)
    for (const plain of this.#decryption.push(piece.subarray(inHeader))) this.#plain.update(plain)
  }

  /** Why the file is not what was stored; undefined when it is. */
  end(): string | undefined {
    this.#decryption.end()
    const { sha256, cipherSha256 } = this.#rendition
    if (!this.#plain.digest().equals(sha256)) return 'its audio has another hash'
    const isSame = cipherSha256 === null || this.#cipher.digest().equals(cipherSha256)
    return isSame ? undefined : 'its stored bytes have another hash'
  }
}

const damaged = (why: string): Problem => new Problem('damaged_recording', { cause: new Error(why) })

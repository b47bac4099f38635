import { Readable } from 'node:stream'
import { giveBackBehind } from '../kernel/give-back.ts'
import { Problem } from '../kernel/problem.ts'
import { type ByteSpan, type ObjectStore, ObjectStoreError } from '../storage/object-store.ts'
import type { LockedAudio, Unlock } from './unlock.ts'

/** A stored rendition, as the database knows it. */
export interface StoredAudioRef {
  readonly objectKey: string
  /** Length of the plain bytes. */
  readonly bytes: number
  readonly locked: LockedAudio
}

export interface ReadPlain {
  /**
   * All of it, or a part, as a stream, each piece after its integrity check; destroying the stream ends the
   * read.
   */
  stream(audio: StoredAudioRef, signal: AbortSignal, span?: ByteSpan): Readable
  /** A part of it, at most what fits in memory. */
  part(audio: StoredAudioRef, span: ByteSpan, signal: AbortSignal): Promise<Buffer>
}

/**
 * Reads stored audio for the service's own work: without a listener, and so without an event that says
 * somebody heard it. Reads fail with Problem `damaged_recording` (the store has other bytes, or none) or with
 * ObjectStoreError when the store does not answer.
 */
export function makeReadPlain({
  store,
  unlock,
}: {
  readonly store: Pick<ObjectStore, 'open'>
  readonly unlock: Unlock
}): ReadPlain {
  async function* pieces(audio: StoredAudioRef, span: ByteSpan, signal: AbortSignal) {
    const payload = await unlock(audio.locked)
    const sealed = await openSealed(store, audio.objectKey, payload.cipherSpan(span, audio.bytes), signal)
    const decryption = payload.decryptSpan(span, audio.bytes)
    const taken = giveBackBehind(sealed)
    for await (const piece of sealed) {
      taken(piece as Buffer)
      yield* decryption.push(piece as Buffer)
    }
    decryption.end()
  }

  return {
    stream: (audio, signal, span = { offset: 0, length: audio.bytes }) =>
      Readable.from(pieces(audio, span, signal), { objectMode: false }),
    part: async (audio, span, signal) => Buffer.concat(await Array.fromAsync(pieces(audio, span, signal))),
  }
}

async function openSealed(
  store: Pick<ObjectStore, 'open'>,
  key: string,
  span: ByteSpan,
  signal: AbortSignal,
): Promise<Readable> {
  try {
    return await store.open(key, span, signal)
  } catch (error) {
    // The database knows the object and the store does not: that is loss, not absence.
    if (!(error instanceof ObjectStoreError && error.kind === 'missing')) throw error
    throw new Problem('damaged_recording', { cause: error })
  }
}

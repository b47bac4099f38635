import type { Readable, Transform } from 'node:stream'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { handOver, isHandedOver } from '../kernel/give-back.ts'
import { Problem } from '../kernel/problem.ts'
import { type DigestStream, digestStream } from '../kernel/stream-digest.ts'
import { headGate } from '../kernel/stream-head.ts'
import { SNIFF_BYTES, sniffAudio } from '../media/sniff.ts'
import { type ObjectStore, ObjectStoreError, type ObjectTags } from '../storage/object-store.ts'
import type { IngestSilence } from './ingest-silence.ts'

/** An audio file on its way in. */
export interface IncomingAudio {
  /** Content type as the sender named it. */
  readonly declaredType: string
  readonly body: Readable
  /** Resolves once everything around the audio was read too and is in order. */
  readonly complete: Promise<void>
}

export interface StoredAudio {
  readonly mediaType: string
  readonly plainBytes: number
  readonly cipherBytes: number
  /** Of the audio as it was sent; the same as `sha256` unless something was silenced. */
  readonly sentSha256: Buffer
  /** Of the audio as it is stored. */
  readonly sha256: Buffer
  /** Of the encrypted object: what a certificate may name without telling anything of the audio. */
  readonly cipherSha256: Buffer
  readonly versionId: string
}

/** Where audio goes, and what happens to it on the way. */
export interface Destination {
  readonly store: ObjectStore
  readonly key: string
  readonly encrypt: Transform
  /** Takes out what was never to be kept; undefined when everything may be kept. */
  readonly silence?: IngestSilence | undefined
}

/**
 * Streams audio into the store: recognised by its first bytes, silenced where it has to be, counted, hashed
 * and encrypted in one pass with constant memory, then checked against what the store says it holds. When it
 * fails, nothing was stored or what was stored is still unconfirmed: the caller erases either way.
 * Throws Problem (`empty_audio`, `unsupported_audio`, `cannot_silence` or whatever failed the body) or
 * ObjectStoreError.
 */
export async function storeAudio(
  { store, key, encrypt, silence }: Destination,
  audio: IncomingAudio,
): Promise<StoredAudio> {
  let mediaType = ''
  const gate = headGate(SNIFF_BYTES, (head) => {
    mediaType = recognise(head, audio.declaredType)
    if (silence) mediaType = silence.choose(head, mediaType)
  })
  const sent = digestStream()
  const kept = silence?.kept ?? sent
  const cipher = digestStream()
  const stop = new AbortController()
  const abort = (error: unknown): never => {
    stop.abort(error)
    throw error
  }
  // Not waited for yet: after a failure the rest of the request is never read to its end.
  audio.complete.catch((error: unknown) => stop.abort(error))
  const { signal } = stop
  // What silences may keep pieces; else nobody holds them once they are encrypted.
  if (!silence && isHandedOver(audio.body)) handOver(encrypt)
  const flow = silence
    ? pipeline(audio.body, gate, sent.stream, silence.stage(signal), encrypt, cipher.stream, { signal })
    : pipeline(audio.body, gate, sent.stream, encrypt, cipher.stream, { signal })
  const [flowed, stored] = await Promise.allSettled([
    flow.catch(abort),
    store.put(key, handOver(cipher.stream), signal).catch(abort),
  ])
  const failures = [flowed, stored].flatMap((part) =>
    part.status === 'rejected' ? [part.reason as unknown] : [],
  )
  if (failures.length > 0) throw rootCause([signal.reason, ...failures])
  await audio.complete
  const versionId = await verifySize(store, key, cipher.bytes(), stored)
  return {
    mediaType,
    plainBytes: kept.bytes(),
    cipherBytes: cipher.bytes(),
    ...digests(sent, kept),
    cipherSha256: cipher.sha256(),
    versionId,
  }
}

function digests(sent: DigestStream, kept: DigestStream): Pick<StoredAudio, 'sentSha256' | 'sha256'> {
  const sentSha256 = sent.sha256()
  return { sentSha256, sha256: kept === sent ? sentSha256 : kept.sha256() }
}

function recognise(head: Buffer, declaredType: string): string {
  if (head.length === 0) throw new Problem('empty_audio')
  const mediaType = sniffAudio(head, declaredType)
  if (!mediaType) throw new Problem('unsupported_audio')
  return mediaType
}

/** Ends of one pipe fail together; what the sender or the store did wrong says more than the echo of it. */
function rootCause(failures: readonly unknown[]): unknown {
  return (
    failures.find((failure) => failure instanceof Problem) ??
    failures.find((failure) => failure instanceof ObjectStoreError) ??
    failures[0]
  )
}

async function verifySize(
  store: ObjectStore,
  key: string,
  sent: number,
  stored: PromiseSettledResult<{ bytes: number; versionId: string }>,
): Promise<string> {
  const acknowledged = stored.status === 'fulfilled' ? stored.value : undefined
  const head = await store.head(key)
  if (acknowledged?.bytes === sent && head?.bytes === sent) return acknowledged.versionId
  throw new ObjectStoreError('unavailable', `the store holds ${head?.bytes ?? 'no'} bytes of ${sent}`)
}

/** Sets the tags of one version, the latest if none is named, and reads them back: some stores drop them without a word. */
export async function setTagsSurely(
  store: ObjectStore,
  key: string,
  tags: ObjectTags,
  versionId?: string,
): Promise<void> {
  await store.setTags(key, tags, versionId)
  const found = await store.tags(key, versionId)
  const differing = (Object.keys(tags) as (keyof ObjectTags)[]).filter((name) => found[name] !== tags[name])
  if (differing.length === 0) return
  throw new ObjectStoreError('unavailable', `the store did not keep the tags ${differing.join(', ')}`)
}

/** SHA-256 of an audio file that is read but not kept. */
export async function digestAudio(audio: IncomingAudio): Promise<Buffer> {
  const digest = digestStream()
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  await pipeline(audio.body, digest.stream, nowhere)
  await audio.complete
  return digest.sha256()
}

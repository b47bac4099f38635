import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { handOver } from '../kernel/give-back.ts'
import { digestStream } from '../kernel/stream-digest.ts'
import { ageFileFor } from '../storage/age/index.ts'
import { type ObjectStore, ObjectStoreError, type ObjectTags } from '../storage/object-store.ts'
import { setTagsSurely } from './ingest-audio.ts'

/** What a row needs to know of an object that was stored encrypted. */
export interface SealedObject {
  readonly plainBytes: number
  readonly cipherBytes: number
  /** Of the plain bytes, and of the encrypted ones. */
  readonly sha256: Buffer
  readonly cipherSha256: Buffer
  readonly ageHeader: Buffer
  readonly versionId: string
}

export interface ToSeal {
  readonly key: string
  /** Secret of the recording (32 bytes), with which the object opens; its file key is its own. */
  readonly identity: Uint8Array
  readonly body: Readable
  readonly tags: ObjectTags
}

/**
 * Stores a stream as a new version of an object, encrypted, its size compared and its tags read back. When
 * it fails nothing of it stays, as far as the store still answers. Throws ObjectStoreError, or what failed
 * the body.
 */
export async function putSealed(
  store: ObjectStore,
  { key, identity, body, tags }: ToSeal,
  signal: AbortSignal,
): Promise<SealedObject> {
  const { header, encrypt } = ageFileFor(identity)
  const plain = digestStream()
  const cipher = digestStream()
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const abort = (error: unknown): never => {
    stop.abort(error)
    throw error
  }
  const [flowed, stored] = await Promise.allSettled([
    pipeline(body, plain.stream, encrypt, cipher.stream, { signal: both }).catch(abort),
    store.put(key, handOver(cipher.stream), both).catch(abort),
  ])
  const versionId = stored.status === 'fulfilled' ? stored.value.versionId : undefined
  try {
    // Whichever end failed first says why; the other only echoes it.
    if (flowed.status === 'rejected' || stored.status === 'rejected')
      throw signal.reason ?? stop.signal.reason
    await verifySize(store, key, cipher.bytes(), stored.value.bytes)
    await setTagsSurely(store, key, tags, stored.value.versionId)
    return {
      plainBytes: plain.bytes(),
      cipherBytes: cipher.bytes(),
      sha256: plain.sha256(),
      cipherSha256: cipher.sha256(),
      ageHeader: header,
      versionId: stored.value.versionId,
    }
  } catch (error) {
    if (versionId !== undefined) await removeQuietly(store, [{ key, versionId }])
    throw error
  }
}

/** Takes back what no row names yet. What stays because the store fails is removed when the work is repeated. */
export async function removeQuietly(
  store: Pick<ObjectStore, 'removeVersions'>,
  versions: readonly { readonly key: string; readonly versionId: string }[],
): Promise<void> {
  if (versions.length === 0) return
  await store.removeVersions(versions).catch((error: unknown) => {
    if (!(error instanceof ObjectStoreError)) throw error
  })
}

async function verifySize(
  store: ObjectStore,
  key: string,
  sent: number,
  acknowledged: number,
): Promise<void> {
  const head = await store.head(key)
  if (acknowledged === sent && head?.bytes === sent) return
  throw new ObjectStoreError('unavailable', `the store holds ${head?.bytes ?? 'no'} bytes of ${sent}`)
}

import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { MINUTE } from '../kernel/units.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { SignedCertificate } from './certificate-queries.ts'

/**
 * The list of what was destroyed, outside the database: a restored backup brings recordings back, and
 * this says which. An entry is a recording id with its signed certificate, so that after a restore no
 * number is given out twice and an entry that we did not write can be told from one that we did.
 */
const PREFIX = 'destruction-list/'
/**
 * Apart from it, the certificates of replaced versions: their numbers are taken too, but the recordings live,
 * and nothing of theirs is ever destroyed because of this list.
 */
const REPLACED_PREFIX = 'replaced-list/'
const WRITE_TIMEOUT_MS = MINUTE
const MAX_LIST_BYTES = 64 * 1024 * 1024

const ListSchema = z.strictObject({
  recordings: z.array(
    z.strictObject({ id: z.uuid(), certificate: z.int().positive(), jws: z.string().max(64_000) }),
  ),
})

export type ListedDestruction = z.output<typeof ListSchema>['recordings'][number] & {
  /** When the list was written, in a form that sorts. */
  readonly writtenAt: string
}

/** Writes durably what is about to be committed. Throws ObjectStoreError. */
export const writeDestructionList = (
  store: ObjectStore,
  certificates: readonly SignedCertificate[],
  now: Date,
): Promise<void> => writeList(store, PREFIX, certificates, now)

/** The same for a replaced version, whose certificate is committed. */
export const writeReplacedList = (
  store: ObjectStore,
  certificate: SignedCertificate,
  now: Date,
): Promise<void> => writeList(store, REPLACED_PREFIX, [certificate], now)

async function writeList(
  store: ObjectStore,
  prefix: string,
  certificates: readonly SignedCertificate[],
  now: Date,
): Promise<void> {
  const recordings = certificates.map(({ no, recordingId, jws }) => ({
    id: recordingId,
    certificate: no,
    jws,
  }))
  const body = Readable.from([Buffer.from(JSON.stringify({ recordings }))])
  await store.put(keyAt(prefix, now), body, AbortSignal.timeout(WRITE_TIMEOUT_MS))
}

/** Lists written at or after a moment, oldest first. Throws ObjectStoreError, or TypeError for a list that is none. */
export const readDestructionLists = (store: ObjectStore, since: Date) => readLists(store, PREFIX, since)
export const readReplacedLists = (store: ObjectStore, since: Date) => readLists(store, REPLACED_PREFIX, since)

async function* readLists(
  store: ObjectStore,
  prefix: string,
  since: Date,
): AsyncGenerator<readonly ListedDestruction[]> {
  for await (const page of store.listVersions(prefix)) {
    for (const { key, bytes, isLatest, isMarker } of page) {
      if (!isLatest || isMarker || key < prefix + basicTime(since) || bytes > MAX_LIST_BYTES) continue
      const body = await store.open(key, { offset: 0, length: bytes }, AbortSignal.timeout(WRITE_TIMEOUT_MS))
      const parsed = ListSchema.safeParse(JSON.parse(await text(body)))
      if (!parsed.success) throw new TypeError(`${key} is not a destruction list`)
      const writtenAt = key.slice(prefix.length)
      yield parsed.data.recordings.map((one) => ({ ...one, writtenAt }))
    }
  }
}

/** ISO 8601 in its basic form: names sort by time, and every store takes them. */
const basicTime = (at: Date): string => at.toISOString().replaceAll(/[-:]/g, '')
const keyAt = (prefix: string, at: Date): string => `${prefix}${basicTime(at)}-${randomUUID()}.json`

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
const WRITE_TIMEOUT_MS = MINUTE
const MAX_LIST_BYTES = 64 * 1024 * 1024

const ListSchema = z.strictObject({
  recordings: z.array(
    z.strictObject({ id: z.uuid(), certificate: z.int().positive(), jws: z.string().max(64_000) }),
  ),
})

export type ListedDestruction = z.output<typeof ListSchema>['recordings'][number]

/** Writes durably what is about to be committed. Throws ObjectStoreError. */
export async function writeDestructionList(
  store: ObjectStore,
  certificates: readonly SignedCertificate[],
  now: Date,
): Promise<void> {
  const recordings = certificates.map(({ no, recordingId, jws }) => ({
    id: recordingId,
    certificate: no,
    jws,
  }))
  const body = Readable.from([Buffer.from(JSON.stringify({ recordings }))])
  await store.put(keyAt(now), body, AbortSignal.timeout(WRITE_TIMEOUT_MS))
}

/** Lists written at or after a moment, oldest first. Throws ObjectStoreError, or TypeError for a list that is none. */
export async function* readDestructionLists(
  store: ObjectStore,
  since: Date,
): AsyncGenerator<readonly ListedDestruction[]> {
  for await (const page of store.listVersions(PREFIX)) {
    for (const { key, bytes, isLatest, isMarker } of page) {
      if (!isLatest || isMarker || key < keyPrefixAt(since) || bytes > MAX_LIST_BYTES) continue
      const body = await store.open(key, { offset: 0, length: bytes }, AbortSignal.timeout(WRITE_TIMEOUT_MS))
      const parsed = ListSchema.safeParse(JSON.parse(await text(body)))
      if (!parsed.success) throw new TypeError(`${key} is not a destruction list`)
      yield parsed.data.recordings
    }
  }
}

/** ISO 8601 in its basic form: names sort by time, and every store takes them. */
const keyPrefixAt = (at: Date): string => `${PREFIX}${at.toISOString().replaceAll(/[-:]/g, '')}`
const keyAt = (at: Date): string => `${keyPrefixAt(at)}-${randomUUID()}.json`

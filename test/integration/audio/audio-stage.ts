import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { AudioWorkKind } from '../../../src/db/audio-schema.ts'
import { queueFirstWork, queueWork } from '../../../src/recordings/audio-work-queries.ts'
import { objectTags } from '../../../src/recordings/object-tags.ts'
import { putSealed } from '../../../src/recordings/put-sealed.ts'
import { makeReadPlain } from '../../../src/recordings/read-plain.ts'
import { findSource, type SourceAudio, upsertRendition } from '../../../src/recordings/rendition-queries.ts'
import {
  makeStoreRenditions,
  type NewRendition,
  type StoreRenditions,
} from '../../../src/recordings/store-rendition.ts'
import { makeUnlock } from '../../../src/recordings/unlock.ts'
import { openFileKeyring } from '../../../src/storage/file-keyring.ts'
import { type RenditionName, renditionKey } from '../../../src/storage/keys.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createTestBucket } from '../../support/rgw.ts'
import { type Stage, setStage, type Wish } from '../retention/stage.ts'

export const NEVER = new AbortController().signal

export type AudioStage = Awaited<ReturnType<typeof setAudioStage>>

/** The stage of retention with recordings whose originals are really encrypted, and what stores more of them. */
export async function setAudioStage(store: ObjectStore) {
  const stage: Stage = await setStage(store)
  const directory = await mkdtemp(join(tmpdir(), 'listenback-audio-keys-'))
  const keyring = await openFileKeyring(join(directory, 'keyring'), { create: true })
  const { db, clock } = stage
  const readPlain = makeReadPlain({ store, unlock: makeUnlock({ keyring, clock }) })

  const rowsOf = (id: string) =>
    db
      .selectFrom('rendition')
      .select(['name', 'version_id as versionId'])
      .where('recording_id', '=', id)
      .orderBy('name')
      .execute()

  return {
    ...stage,
    store,
    keyring,
    readPlain,
    storeRenditions: (over: ObjectStore = store): StoreRenditions =>
      makeStoreRenditions({ db, store: over, keyring, clock }),
    /** A recording as ingest leaves it, with this original. */
    async receive(audio: Buffer, mediaType = 'audio/wav', wish: Wish = {}): Promise<string> {
      const id = await stage.record({ status: 'processing', ...wish, renditions: [] })
      const identity = randomBytes(32)
      const { kekId, wrapped } = await keyring.wrap(identity, id)
      const key = { kek_id: kekId, wrapped: Buffer.from(wrapped) }
      await db.updateTable('recording_key').set(key).where('recording_id', '=', id).execute()
      const tags = objectTags([], false)
      const body = Readable.from([audio])
      const sealed = await putSealed(
        store,
        { key: renditionKey(id, 'original'), identity, body, tags },
        NEVER,
      )
      await db
        .transaction()
        .execute((tx) => upsertRendition(tx, id, { ...sealed, name: 'original', mediaType }))
      return id
    },
    queueFirst: (id: string) => db.transaction().execute((tx) => queueFirstWork(tx, id, clock.now())),
    queue: (id: string, kind: AudioWorkKind) => queueWork(db, id, kind, clock.now()),
    async source(id: string): Promise<SourceAudio> {
      const source = await findSource(db, id)
      if (!source) throw new Error('no such recording')
      return source
    },
    rowsOf,
    made: async (id: string): Promise<RenditionName[]> => (await rowsOf(id)).map(({ name }) => name),
    /** Work that is not done, with why it is parked. */
    async workOf(id: string): Promise<string[]> {
      const rows = await db
        .selectFrom('audio_work')
        .select(['kind', 'reason'])
        .where('recording_id', '=', id)
        .orderBy('kind')
        .execute()
      return rows.map(({ kind, reason }) => (reason === null ? kind : `${kind}: ${reason}`))
    },
    /** The plain bytes of what is stored. */
    async plain(id: string, name: RenditionName): Promise<Buffer> {
      const row = await db
        .selectFrom('rendition')
        .innerJoin('recording_key', 'recording_key.recording_id', 'rendition.recording_id')
        .select(['object_key', 'plain_bytes', 'age_header', 'kek_id', 'wrapped'])
        .where('rendition.recording_id', '=', id)
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      const locked = {
        ...{ recordingId: id, kekId: row.kek_id },
        ...{ wrapped: row.wrapped, ageHeader: row.age_header },
      }
      const audio = { objectKey: row.object_key, bytes: row.plain_bytes, locked }
      return Buffer.concat(await readPlain.stream(audio, NEVER).toArray())
    },
    /** Every version that the store has of a recording, by file name. */
    async versionsOf(id: string) {
      const versions: { name: string; key: string; versionId: string }[] = []
      for await (const page of store.listVersions(`recordings/${id}/`))
        for (const { key, versionId } of page)
          versions.push({ name: key.slice(key.lastIndexOf('/') + 1), key, versionId })
      return versions
    },
    async close() {
      await stage.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** Something that was made of a recording; the bytes do not matter. */
export const made = (name: NewRendition['name'], bytes = 50_000): NewRendition => ({
  name,
  mediaType: 'audio/mp4',
  open: () => Readable.from([randomBytes(bytes)]),
})

export async function openBucket(options: Parameters<typeof createTestBucket>[0]) {
  const bucket = await createTestBucket(options)
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  const store = openS3ObjectStore({
    ...{ bucket: bucket.bucket, endpoint, region, forcePathStyle: true },
    credentials: { accessKeyId, secretAccessKey },
  })
  return {
    store,
    async close() {
      store.close()
      await bucket.destroy()
    },
  }
}

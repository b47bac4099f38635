import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { makeCheckStored } from '../../../src/recordings/integrity-check.ts'
import { makeScrub, makeScrubAll, type ScrubPorts } from '../../../src/recordings/scrub.ts'
import { makeScrubOne, type ScrubOutcome } from '../../../src/recordings/scrub-one.ts'
import type { ScrubTerms } from '../../../src/recordings/scrub-pace.ts'
import { makeUnlock } from '../../../src/recordings/unlock.ts'
import { ageFileFor } from '../../../src/storage/age/index.ts'
import { openFileKeyring } from '../../../src/storage/file-keyring.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { type RenditionName, renditionKey } from '../../../src/storage/keys.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { createTestBucket } from '../../support/rgw.ts'
import { type Stage, setStage, type Wish } from '../retention/stage.ts'

/** Changes what is stored behind the back of the service: bare files, or a plain S3 client. */
export interface Intruder {
  readonly store: ObjectStore
  /** Lets these be the bytes that a reader of the key gets. */
  replace(key: string, bytes: Buffer): Promise<void>
  /** Takes away the newest version only: what was stored before is what a reader gets. */
  dropNewest(key: string): Promise<void>
  close(): Promise<void>
}

export async function intruderOnFiles(): Promise<Intruder> {
  const directory = await mkdtemp(join(tmpdir(), 'listenback-scrub-'))
  const newest = async (key: string): Promise<string> => {
    const inside = join(directory, 'objects')
    const files = (await readdir(inside, { recursive: true })).filter(
      (path) => path.startsWith(key) && path.endsWith('.data'),
    )
    // Version names begin with a counter of fixed width.
    return join(inside, files.sort().at(-1) ?? '')
  }
  return {
    store: await openFileObjectStore(directory),
    replace: async (key, bytes) => writeFile(await newest(key), bytes),
    dropNewest: async (key) => unlink(await newest(key)),
    close: () => rm(directory, { recursive: true }),
  }
}

export async function intruderInBucket(): Promise<Intruder> {
  const bucket = await createTestBucket({ versioning: true })
  const { endpoint, region, accessKeyId, secretAccessKey, client } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  const store = openS3ObjectStore({
    ...{ bucket: bucket.bucket, endpoint, region, forcePathStyle: true, credentials },
  })
  const at = (Key: string) => ({ Bucket: bucket.bucket, Key })
  return {
    store,
    async replace(key, Body) {
      await client.send(new PutObjectCommand({ ...at(key), Body }))
    },
    async dropNewest(Key) {
      const found = await client.send(new ListObjectVersionsCommand({ Bucket: bucket.bucket, Prefix: Key }))
      const VersionId = found.Versions?.find(({ IsLatest }) => IsLatest)?.VersionId
      await client.send(new DeleteObjectCommand({ ...at(Key), VersionId }))
    },
    async close() {
      store.close()
      await bucket.destroy()
    },
  }
}

export interface Alarm {
  readonly alarm?: string
  readonly recordingId?: string
}

export type ScrubStage = Awaited<ReturnType<typeof setScrubStage>>

/** A database, a store with an intruder, and recordings whose files are really encrypted. */
export async function setScrubStage(intruder: Intruder) {
  const stage: Stage = await setStage(intruder.store)
  const directory = await mkdtemp(join(tmpdir(), 'listenback-keys-'))
  const keyring = await openFileKeyring(join(directory, 'keyring'), { create: true })
  const { db, clock } = stage
  const logged: Alarm[] = []
  const logger = createLogger('error')
  logger.silent = true
  const listen = (_message: string, fields: Alarm) => {
    logged.push(fields)
    return logger
  }
  logger.error = listen as typeof logger.error
  logger.warn = listen as typeof logger.warn

  async function insertFile(id: string, name: RenditionName, audio: Buffer, identity: Uint8Array) {
    const { header, encrypt } = ageFileFor(identity)
    const objectKey = renditionKey(id, name)
    const sealed = await Readable.from([audio]).pipe(encrypt).toArray().then(Buffer.concat)
    const { versionId } = await intruder.store.put(objectKey, Readable.from([sealed]), never)
    const values = {
      ...{ object_key: objectKey, media_type: 'audio/wav', version_id: versionId, age_header: header },
      ...{ plain_bytes: audio.length, cipher_bytes: sealed.length, checked_at: null },
      ...{ sha256: sha256(audio), cipher_sha256: sha256(sealed) },
    }
    await db
      .insertInto('rendition')
      .values({ recording_id: id, name, ...values })
      .onConflict((conflict) => conflict.columns(['recording_id', 'name']).doUpdateSet(values))
      .execute()
  }

  async function identityOf(id: string): Promise<Uint8Array> {
    const row = await db
      .selectFrom('recording_key')
      .select(['kek_id', 'wrapped'])
      .where('recording_id', '=', id)
      .executeTakeFirstOrThrow()
    return keyring.unwrap({ kekId: row.kek_id, wrapped: row.wrapped }, id)
  }

  function ports(store: ObjectStore, outcomes: Seen[]): ScrubPorts {
    const checkStored = makeCheckStored({ store, unlock: makeUnlock({ keyring, clock }) })
    return {
      ...{ db, clock, logger },
      scrubOne: makeScrubOne({ db, clock, logger, checkStored, lifecycleMarginDays: 14 }),
      report: (outcome, { recordingId, name }) => outcomes.push({ ...outcome, recordingId, name }),
    }
  }

  return {
    ...stage,
    intruder,
    keyring,
    logged,
    /** A recording with these files, each with other audio. */
    async call(names: readonly RenditionName[] = ['original'], bytes = 200_000, wish: Wish = {}) {
      const id = await stage.record({ dueAt: null, keepUntil: null, ...wish, renditions: [] })
      const identity = randomBytes(32)
      const { kekId, wrapped } = await keyring.wrap(identity, id)
      await db
        .updateTable('recording_key')
        .set({ kek_id: kekId, wrapped: Buffer.from(wrapped) })
        .where('recording_id', '=', id)
        .execute()
      for (const name of names) await insertFile(id, name, randomBytes(bytes), identity)
      return id
    },
    /** Stores another file in place of one of a recording, and its row, as work on it does. */
    store: async (id: string, name: RenditionName, audio: Buffer) =>
      insertFile(id, name, audio, await identityOf(id)),
    /** The stored, encrypted bytes that a reader gets. */
    async stored(id: string, name: RenditionName = 'original'): Promise<Buffer> {
      const key = renditionKey(id, name)
      const { bytes } = (await intruder.store.head(key)) ?? { bytes: 0 }
      const body = await intruder.store.open(key, { offset: 0, length: bytes }, never)
      return Buffer.concat(await body.toArray())
    },
    /** Checks everything now; gives what became of each file. */
    async scrubAll(store = intruder.store): Promise<Seen[]> {
      const outcomes: Seen[] = []
      await makeScrubAll(ports(store, outcomes))(never)
      return outcomes
    },
    /** The regular check, to be run again and again. */
    regular(terms: Partial<ScrubTerms> = {}, store = intruder.store) {
      const outcomes: Seen[] = []
      const all = { days: 90, everyMs: 60_000, bytesPerSecond: Number.MAX_SAFE_INTEGER, ...terms }
      const scrub = makeScrub(ports(store, outcomes), all)
      return { run: () => scrub(never), outcomes }
    },
    findings: () => db.selectFrom('integrity_finding').selectAll().orderBy('recording_id').execute(),
    async close() {
      await stage.close()
      await intruder.close()
      await rm(directory, { recursive: true })
    },
  }
}

export type Seen = ScrubOutcome & { readonly recordingId: string; readonly name: RenditionName }

export const never = new AbortController().signal
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()

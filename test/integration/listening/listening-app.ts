import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { makeSessions } from '../../../src/access/sessions.ts'
import { composeListening, type ListeningParts } from '../../../src/compose/listening.ts'
import { type OpenDatabase, openDatabase } from '../../../src/db/database.ts'
import type { RecordingStatus, TagState } from '../../../src/db/schema.ts'
import type { Endpoint } from '../../../src/http/endpoint.ts'
import { drain, listen, portOf } from '../../../src/http/listen.ts'
import { DAY, MINUTE } from '../../../src/kernel/units.ts'
import { newAgeFile } from '../../../src/storage/age/index.ts'
import { openFileKeyring } from '../../../src/storage/file-keyring.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { appWith } from '../../support/app-with.ts'
import { testClock } from '../../support/clock.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { createIssuer, persons } from '../../support/tokens.ts'

export interface ListeningAppOptions {
  /** Absent: one of its own on the server that all tests share. */
  readonly database?: TestDatabase
  /** Another store than a directory of its own, or a layer over that one. */
  readonly store?: (files: ObjectStore) => ObjectStore | Promise<ObjectStore>
  /** Other parts of the service beside it. */
  readonly also?: (parts: ListeningAppParts) => readonly Endpoint[]
}

/** What the parts of a test's own share with listening. */
export type ListeningAppParts = ListeningParts & Pick<OpenDatabase, 'pool'>

export type ListeningApp = Awaited<ReturnType<typeof startListeningApp>>

/** Noon in Amsterdam. */
export const NOW = '2026-11-22T11:00:00Z'

/** The listening part of the service, on a real port with a real database and store. */
export async function startListeningApp(options: ListeningAppOptions = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'lb-listening-'))
  const database = options.database ?? (await createTestDatabase())
  const own = openDatabase(database.url, 4)
  const opened = openDatabase(database.url, 10)
  const files = await openFileObjectStore(directory)
  const store = (await options.store?.(files)) ?? files
  const keyring = await openFileKeyring(join(directory, 'keyring.json'), { create: true })
  const clock = testClock(NOW)
  // Tokens are issued in real time, whatever time it is for the recordings.
  let loginOffset = 0
  const loginClock = { now: () => new Date(Date.now() + loginOffset) }
  const logger = createLogger('error')
  logger.silent = true
  const issuer = await createIssuer()
  const sessions = makeSessions({ db: own.db, clock })
  const ports = { databaseUrl: database.url, db: opened.db, pool: opened.pool, store, keyring, clock, logger }
  const listening = composeListening(ports)
  const app = appWith({
    issuer,
    sessions,
    clock: loginClock,
    keysClock: clock,
    logger,
    endpoints: [...listening.endpoints, ...(options.also?.(ports) ?? [])],
  })
  const server = await listen(app, 0, '127.0.0.1')
  const port = portOf(server)

  return {
    ...{
      server,
      port,
      url: `http://127.0.0.1:${port}`,
      clock,
      store,
      files,
      keyring,
      issuer,
      sessions,
      directory,
    },
    db: own.db,
    /** Lets logins grow old without the recordings. */
    advanceLogins: (ms: number) => {
      loginOffset += ms
    },
    removeExpiredPlaybacks: listening.removeExpiredPlaybacks,
    pool: own.pool,
    databaseUrl: database.url,
    async close() {
      await drain(server, 0)
      await listening.close()
      await opened.close()
      await own.close()
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export interface RecordingOptions {
  readonly audio?: Buffer
  readonly mediaType?: string
  readonly memberRef?: string | null
  readonly agentRef?: string
  readonly entity?: string
  readonly status?: RecordingStatus
  readonly restricted?: boolean
  readonly sensitivity?: string[]
  readonly product?: string
  readonly startedAt?: Date
  readonly dueAt?: Date
  readonly tags?: readonly { purpose: string; state?: TagState; retainUntil?: string | null }[]
}

/** A recording as a finished ingest leaves it: row, tags, key, and encrypted bytes in the store. */
export async function addRecording(app: ListeningApp, options: RecordingOptions = {}) {
  const id = randomUUID()
  const audio = options.audio ?? randomBytes(1000)
  const startedAt = options.startedAt ?? new Date(app.clock.now().getTime() - DAY)
  await app.db
    .insertInto('recording')
    .values({
      id,
      entity: options.entity ?? 'hmbs',
      call_id: `call-${id}`,
      status: options.status ?? 'available',
      status_reason: null,
      member_ref: options.memberRef === undefined ? 'M-1001' : options.memberRef,
      agent_ref: options.agentRef ?? 'A-7',
      team: 'care',
      product: options.product ?? 'disability',
      direction: 'inbound',
      language: 'nl',
      notice_version: '2026-01',
      sensitivity: options.sensitivity ?? [],
      channels: null,
      started_at: startedAt,
      ended_at: new Date(startedAt.getTime() + 5 * MINUTE),
      received_at: startedAt,
      fingerprint: null,
      keep_until: '2027-05-22',
      due_at: options.dueAt ?? null,
      quarantined_at: null,
      restricted: options.restricted ?? false,
      worker: null,
      destroyed_at: null,
    })
    .execute()
  await addTags(app, id, options)
  await addAudio(app, id, audio, options.mediaType ?? 'audio/wav')
  return { id, audio, objectKey: renditionKey(id, 'original') }
}

async function addTags(app: ListeningApp, id: string, { tags, product }: RecordingOptions): Promise<void> {
  const given = tags ?? [{ purpose: 'training_coaching' }, { purpose: 'fraud_prevention' }]
  if (given.length === 0) return
  await app.db
    .insertInto('purpose_tag')
    .values(
      given.map(({ purpose, state, retainUntil }) => ({
        recording_id: id,
        purpose,
        legal_basis: 'legitimate_interests',
        product: product ?? 'disability',
        rule_id: purpose,
        rule_version: 1,
        trigger: 'call.ended',
        trigger_date: '2026-11-21',
        min_until: null,
        retain_until: retainUntil === undefined ? '2027-05-22' : retainUntil,
        state: state ?? ('active' as const),
      })),
    )
    .execute()
}

async function addAudio(app: ListeningApp, id: string, audio: Buffer, mediaType: string): Promise<void> {
  const { identity, header, encrypt } = newAgeFile()
  const key = renditionKey(id, 'original')
  const stored = await app.store.put(key, Readable.from([audio]).pipe(encrypt), new AbortController().signal)
  const { kekId, wrapped } = await app.keyring.wrap(identity, id)
  await app.db
    .insertInto('rendition')
    .values({
      recording_id: id,
      name: 'original',
      object_key: key,
      media_type: mediaType,
      plain_bytes: audio.length,
      cipher_bytes: stored.bytes,
      sha256: createHash('sha256').update(audio).digest(),
      age_header: header,
    })
    .execute()
  const row = { recording_id: id, kek_id: kekId, wrapped: Buffer.from(wrapped) }
  await app.db.insertInto('recording_key').values(row).execute()
}

export const bearer = (app: ListeningApp, claims: Readonly<Record<string, unknown>>) => ({
  authorization: `Bearer ${app.issuer.token(claims)}`,
})

/** The member whose recordings `addRecording` makes. */
export const asMember = (app: ListeningApp) => bearer(app, persons.member('M-1001'))

export interface AuditRow {
  readonly type: string
  readonly outcome: string
  readonly code: string | null
  readonly recording_id: string | null
  readonly playback_id: string | null
  readonly actor_sub: string | null
  readonly detail: Record<string, unknown>
}

/** Events of one recording in the order they were written; waits until there are as many as expected. */
export async function auditOf(app: ListeningApp, recordingId: string, atLeast = 0): Promise<AuditRow[]> {
  for (let attempt = 0; ; attempt++) {
    const rows = await app.db
      .selectFrom('audit_event')
      .select(['type', 'outcome', 'code', 'recording_id', 'playback_id', 'actor_sub', 'detail'])
      .where('recording_id', '=', recordingId)
      .orderBy('occurred_at')
      .execute()
    if (rows.length >= atLeast || attempt >= 200) return rows
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

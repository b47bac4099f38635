import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { makeSigner, type Signer } from '../../../src/audit/sign.ts'
import { type Database, openDatabase } from '../../../src/db/database.ts'
import { type Instance, registerInstance } from '../../../src/db/instance.ts'
import type { RecordingStatus, TagState } from '../../../src/db/schema.ts'
import { newId } from '../../../src/kernel/ids.ts'
import { makePurge } from '../../../src/recordings/purge.ts'
import type { BreakerLimits } from '../../../src/retention/breaker.ts'
import { makeSweep, type SweepPorts } from '../../../src/retention/sweep.ts'
import { type RenditionName, renditionKey } from '../../../src/storage/keys.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { type TestClock, testClock } from '../../support/clock.ts'
import { createTestDatabase } from '../../support/postgres.ts'

/** Values that must be nowhere once a recording is gone. */
export const PERSONAL = {
  call_id: 'call-of-jansen',
  member_ref: 'M-jansen',
  agent_ref: 'A-devries',
  team: 'team-devries',
  links: '{"policy":"P-0612345678"}',
} as const

export const CALL_DAY = '2026-01-15'
/** The last day of the default recording, and the instant at which it is due. */
export const LAST_DAY = '2026-07-15'
export const DUE = new Date('2026-07-15T22:00:00Z')

/** Most tests are about something else than how much goes at once. */
export const NEVER_ASKS: BreakerLimits = { count: Infinity, share: 1, few: Infinity }

export interface Stage {
  readonly db: Database
  readonly url: string
  readonly store: ObjectStore
  readonly clock: TestClock
  readonly instance: Instance
  readonly signer: Signer
  sweeper(
    wish?: Partial<SweepPorts> & { store?: ObjectStore; instance?: Instance },
  ): ReturnType<typeof makeSweep>
  purge(wish?: {
    store?: ObjectStore
    instance?: Pick<Instance, 'id' | 'isRegistered'>
  }): ReturnType<typeof makePurge>
  record(wish?: Wish): Promise<string>
  statusOf(id: string): Promise<RecordingStatus | undefined>
  auditOf(id: string): Promise<string[]>
  /** Empties the tables; not by DELETE, which the database refuses for a held recording. */
  clear(): Promise<void>
  close(): Promise<void>
}

export interface Wish {
  readonly entity?: string
  readonly status?: RecordingStatus
  readonly dueAt?: Date | null
  readonly keepUntil?: string | null
  readonly tagStates?: readonly TagState[]
  readonly hold_count?: number
  readonly restricted?: boolean
  readonly quarantinedAt?: Date
  readonly worker?: number
  /** Objects to store; none for tests of rows alone. */
  readonly renditions?: readonly RenditionName[]
}

/** A database, a store and a clock one minute before the default recording is due. */
export async function setStage(store: ObjectStore): Promise<Stage> {
  const database = await createTestDatabase()
  const { db, close } = openDatabase(database.url, 12)
  const instance = await registerInstance(database.url)
  const clock = testClock('2026-07-15T21:59:00Z')
  const logger = createLogger('error')
  logger.silent = true
  const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
  const origin = {
    store: { kind: store.kind, region: null, bucket: null },
    executor: 'listenback/0.0.0-test',
    backupDays: 35,
  }
  const purge: Stage['purge'] = (wish = {}) =>
    makePurge({ db, store, clock, instance, logger, signer, origin, lifecycleMarginDays: 14, ...wish })
  return {
    db,
    url: database.url,
    store,
    clock,
    instance,
    signer,
    purge,
    sweeper: ({ store: other = store, instance: by = instance, ...wish } = {}) =>
      makeSweep({
        db,
        clock,
        databaseNow: async () => clock.now(),
        purge: purge({ store: other, instance: by }),
        logger,
        archiveTag: () => undefined,
        breaker: NEVER_ASKS,
        graceDays: 0,
        ...wish,
      }),
    record: (wish) => insertRecording(db, store, wish),
    statusOf: async (id) =>
      (await db.selectFrom('recording').select('status').where('id', '=', id).executeTakeFirst())?.status,
    auditOf: async (id) => {
      const rows = await db
        .selectFrom('audit_event')
        .select('type')
        .where('recording_id', '=', id)
        .orderBy('occurred_at')
        .orderBy('type')
        .execute()
      return rows.map(({ type }) => type)
    },
    async clear() {
      for (const table of ['fact', 'destruction_approval', 'sweep_run'] as const)
        await db.deleteFrom(table).execute()
      await sql`truncate recording, certificate cascade`.execute(db)
      await sql`update certificate_head set no = 0, sha256 = repeat('0', 64)`.execute(db)
    },
    async close() {
      await instance.close()
      await close()
      await database.drop()
    },
  }
}

/** A recording of a call on 15 January 2026 as a finished ingest leaves it. */
export async function insertRecording(db: Database, store: ObjectStore, wish: Wish = {}): Promise<string> {
  const id = newId()
  const renditions = wish.renditions ?? ['original']
  const { dueAt = DUE, keepUntil = LAST_DAY, tagStates = ['active'] } = wish
  await db
    .insertInto('recording')
    .values({
      id,
      entity: wish.entity ?? 'hmbs',
      ...PERSONAL,
      call_id: `${PERSONAL.call_id}-${id}`,
      status: wish.status ?? 'available',
      product: 'home',
      direction: 'inbound',
      language: 'nl',
      notice_version: '2026-01',
      channels: '["agent","member"]',
      started_at: new Date(`${CALL_DAY}T10:11:12Z`),
      ended_at: new Date(`${CALL_DAY}T10:21:12Z`),
      received_at: new Date(`${CALL_DAY}T10:22:00Z`),
      fingerprint: randomBytes(32),
      keep_until: keepUntil,
      due_at: dueAt,
      hold_count: wish.hold_count ?? 0,
      restricted: wish.restricted ?? false,
      quarantined_at: wish.quarantinedAt ?? null,
      worker: wish.worker ?? null,
    })
    .execute()
  if (tagStates.length > 0)
    await db
      .insertInto('purpose_tag')
      .values(tagStates.map(tag(id, keepUntil)))
      .execute()
  await db
    .insertInto('recording_key')
    .values({ recording_id: id, kek_id: 'k1', wrapped: randomBytes(60) })
    .execute()
  await db
    .insertInto('ingest_request')
    .values({ caller: 'pbx', idempotency_key: id, recording_id: id })
    .execute()
  for (const name of renditions) await storeRendition(db, store, id, name)
  return id
}

const tag = (recordingId: string, keepUntil: string | null) => (state: TagState, index: number) => ({
  recording_id: recordingId,
  purpose: `purpose_${index}`,
  legal_basis: 'contract',
  product: 'home',
  rule_id: 'rule',
  rule_version: 1,
  trigger: state === 'pending_trigger' ? 'policy.ended' : 'call.ended',
  trigger_date: state === 'pending_trigger' ? null : CALL_DAY,
  min_until: null,
  retain_until: state === 'pending_trigger' ? null : keepUntil,
  state,
})

async function storeRendition(
  db: Database,
  store: ObjectStore,
  id: string,
  name: RenditionName,
): Promise<void> {
  const key = renditionKey(id, name)
  const { bytes, versionId } = await store.put(
    key,
    Readable.from([randomBytes(300)]),
    AbortSignal.timeout(20_000),
  )
  await db
    .insertInto('rendition')
    .values({
      recording_id: id,
      name,
      object_key: key,
      media_type: 'audio/wav',
      plain_bytes: 100,
      cipher_bytes: bytes,
      sha256: randomBytes(32),
      age_header: randomBytes(200),
      version_id: versionId,
      cipher_sha256: randomBytes(32),
    })
    .execute()
}

/** A hold on the recording that was placed and released again. */
export async function insertFormerHold(db: Database, recordingId: string): Promise<void> {
  const at = new Date('2026-03-01T00:00:00Z')
  await db
    .insertInto('hold')
    .values({
      id: recordingId,
      type: 'claim',
      matter_ref: 'matter',
      entity: 'hmbs',
      scope: '{}',
      future_matching: false,
      reason: 'a claim',
      placed_by: 'anna',
      placed_at: at,
      review_by: '2027-01-01',
      released_by: 'bart',
      released_at: at,
      release_reason: 'it was settled',
    })
    .execute()
  await db
    .insertInto('hold_recording')
    .values({ hold_id: recordingId, recording_id: recordingId, placed_at: at, confirmed_at: at })
    .execute()
}

/** Everything the store still has of a recording: versions, markers, unfinished uploads. */
export async function leftIn(store: ObjectStore, id: string): Promise<number> {
  let count = 0
  for await (const page of store.listVersions(`recordings/${id}/`)) count += page.length
  for await (const page of store.listUploads(`recordings/${id}/`)) count += page.length
  return count
}

/** A store that behaves as `inner` except for what the test replaces. */
export const storeWith = (inner: ObjectStore, replaced: Partial<ObjectStore>): ObjectStore =>
  new Proxy(inner, {
    get(target, name: keyof ObjectStore) {
      const value = replaced[name] ?? target[name]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

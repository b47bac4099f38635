import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Purge } from '../../../src/recordings/purge.ts'
import type { Claim } from '../../../src/recordings/purge-queries.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { ObjectStoreError } from '../../../src/storage/object-store.ts'
import { leftIn, PERSONAL, type Stage, setStage, storeWith } from './stage.ts'

let stage: Stage
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-purge-'))
  stage = await setStage(await openFileObjectStore(directory))
})

afterAll(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

beforeEach(() => stage.clock.set('2026-08-01T00:00:00Z'))

const wanted = () => ({ quarantinedBefore: stage.clock.now(), now: stage.clock.now(), limit: 10 })

const quarantined = () =>
  stage.record({ status: 'quarantined', quarantinedAt: new Date('2026-07-16T00:00:00Z') })

async function claimed(purge = stage.purge()): Promise<Claim> {
  const id = await quarantined()
  const claim = (await purge.claim(wanted())).find((one) => one.id === id)
  if (!claim) throw new Error('the recording was not claimed')
  return claim
}

const destroyOne = async (purge: Purge, claim: Claim) => (await purge.destroy([claim]))[0]

const row = (id: string) =>
  stage.db.selectFrom('recording').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

const hasKey = async (id: string) =>
  (await stage.db.selectFrom('recording_key').select('recording_id').where('recording_id', '=', id).execute())
    .length > 0

test('a claimed recording is destroyed: objects, key, tags and everything it said of the call', async () => {
  const claim = await claimed()
  const key = renditionKey(claim.id, 'original')
  await stage.store.put(key, Readable.from([Buffer.from('a second version')]), AbortSignal.timeout(5000))
  expect(await destroyOne(stage.purge(), claim)).toMatchObject({ kind: 'destroyed', versions: 2, uploads: 0 })
  expect(await leftIn(stage.store, claim.id)).toBe(0)
  expect(await hasKey(claim.id)).toBe(false)
  for (const table of ['purpose_tag', 'rendition', 'ingest_request', 'playback'] as const)
    expect(
      await stage.db.selectFrom(table).selectAll().where('recording_id', '=', claim.id).execute(),
    ).toEqual([])
  // Of its member the audit log does not say much longer that they listened to it.
  const toErase = stage.db.selectFrom('audit_to_erase').select('since').where('recording_id', '=', claim.id)
  expect(await toErase.execute()).toEqual([{ since: stage.clock.now() }])
})

test('T30, T46: tombstone and audit hold nothing personal, no time of the call and no hash of the audio', async () => {
  const claim = await claimed()
  const plain = await stage.db
    .selectFrom('rendition')
    .select('sha256')
    .where('recording_id', '=', claim.id)
    .executeTakeFirst()
  await destroyOne(stage.purge(), claim)
  const tombstone = await row(claim.id)
  const empty = (value: unknown) => value === null || ['[]', '{}'].includes(JSON.stringify(value))
  const told = Object.entries(tombstone).flatMap(([name, value]) => (empty(value) ? [] : [name]))
  expect(told.toSorted()).toEqual([
    'destroyed_at',
    'entity',
    'fence',
    'hold_count',
    'id',
    'is_free',
    'lock_count',
    'received_at',
    'restricted',
    'status',
  ])
  expect(tombstone).toMatchObject({ status: 'destroyed', received_at: new Date('2026-01-01T00:00:00Z') })
  const events = await stage.db
    .selectFrom('audit_event')
    .selectAll()
    .where('recording_id', '=', claim.id)
    .execute()
  const text = JSON.stringify([tombstone, events])
  for (const value of [
    ...Object.values(PERSONAL),
    '0612345678',
    '2026-01-15',
    'jansen',
    'devries',
    plain?.sha256.toString('hex'),
  ])
    expect(text).not.toContain(value)
})

test('intent is on record before the act and the result after it, with purposes, rules and counts', async () => {
  const claim = await claimed()
  expect(await stage.auditOf(claim.id)).toEqual(['recording.destruction_started'])
  stage.clock.advance(1000)
  await destroyOne(stage.purge(), claim)
  expect(await stage.auditOf(claim.id)).toEqual(['recording.destruction_started', 'recording.destroyed'])
  const { detail } = await stage.db
    .selectFrom('audit_event')
    .select('detail')
    .where('recording_id', '=', claim.id)
    .where('type', '=', 'recording.destroyed')
    .executeTakeFirstOrThrow()
  expect(detail).toMatchObject({
    versions: 1,
    method: 'version-delete+key-destroy',
    purposes: [{ purpose: 'purpose_0', rule: 'rule@1', retainUntil: '2026-07-15' }],
  })
})

test('destroying again changes nothing', async () => {
  const claim = await claimed()
  await destroyOne(stage.purge(), claim)
  const before = await row(claim.id)
  stage.clock.advance(60_000)
  expect(await destroyOne(stage.purge(), claim)).toMatchObject({ kind: 'lost' })
  expect(await row(claim.id)).toEqual(before)
  expect((await stage.auditOf(claim.id)).filter((type) => type === 'recording.destroyed')).toHaveLength(1)
})

test('T47: a store that fails on the second version leaves the recording unfinished, and the retry finishes it', async () => {
  const claim = await claimed()
  const key = renditionKey(claim.id, 'original')
  await stage.store.put(key, Readable.from([Buffer.from('a second version')]), AbortSignal.timeout(5000))
  let removals = 0
  const half = storeWith(stage.store, {
    async removeVersions(versions) {
      removals += 1
      if (removals === 1) return stage.store.removeVersions(versions)
      return { removed: 0, failed: versions.map((version) => ({ ...version, code: 'InternalError' })) }
    },
  })
  expect(await destroyOne(stage.purge({ store: half }), claim)).toMatchObject({ kind: 'failed' })
  expect(await row(claim.id)).toMatchObject({
    status: 'destroying',
    worker: null,
    status_reason: 'the store failed: unavailable',
  })
  expect(await hasKey(claim.id)).toBe(true)
  expect(await stage.auditOf(claim.id)).not.toContain('recording.destroyed')
  expect(await stage.purge().claim(wanted())).toEqual([])
  stage.clock.advance(6 * 60_000)
  const [again] = await stage.purge().claim(wanted())
  expect(again?.id).toBe(claim.id)
  expect(await destroyOne(stage.purge(), again as Claim)).toMatchObject({ kind: 'destroyed', versions: 2 })
  expect(await leftIn(stage.store, claim.id)).toBe(0)
})

test('a store that reports a removal it did not make is not believed', async () => {
  const claim = await claimed()
  const liar = storeWith(stage.store, {
    removeVersions: async (versions) => ({ removed: versions.length, failed: [] }),
  })
  expect(await destroyOne(stage.purge({ store: liar }), claim)).toMatchObject({ kind: 'failed' })
  expect(await stage.statusOf(claim.id)).toBe('destroying')
  expect(await hasKey(claim.id)).toBe(true)
  await finishAll()
})

test('a store that cannot be reached postpones the destruction', async () => {
  const claim = await claimed()
  const dead = storeWith(stage.store, {
    async removeVersions() {
      throw new ObjectStoreError('unavailable', 'connection refused')
    },
  })
  expect(await destroyOne(stage.purge({ store: dead }), claim)).toMatchObject({ kind: 'failed' })
  expect(await leftIn(stage.store, claim.id)).toBe(1)
  await finishAll()
})

test('a version that the store holds is never forced: refused, asked again once a day, finished after release', async () => {
  const claim = await claimed()
  const key = renditionKey(claim.id, 'original')
  const masked = renditionKey(claim.id, 'masked')
  await stage.store.put(masked, Readable.from([Buffer.from('derived')]), AbortSignal.timeout(5000))
  const version = (await stage.store.head(key))?.versionId as string
  await stage.store.setHold(key, version, true)

  expect(await destroyOne(stage.purge(), claim)).toMatchObject({ kind: 'blocked', code: 'AccessDenied' })
  expect(await leftIn(stage.store, claim.id)).toBe(2)
  expect(await hasKey(claim.id)).toBe(true)
  expect(await row(claim.id)).toMatchObject({
    status: 'destroying',
    status_reason: 'refused by the store: AccessDenied',
  })
  expect(await stage.auditOf(claim.id)).toContain('recording.destruction_blocked')

  await stage.store.setHold(key, version, false)
  stage.clock.advance(23 * 3_600_000)
  expect(await stage.purge().claim(wanted())).toEqual([])
  stage.clock.advance(2 * 3_600_000)
  await finishAll()
  expect(await stage.statusOf(claim.id)).toBe('destroyed')
})

test('the database itself refuses a hold after the claim, and a claim after the hold', async () => {
  const claim = await claimed()
  const held = (id: string) =>
    stage.db.updateTable('recording').set({ hold_count: 1 }).where('id', '=', id).execute()
  await expect(held(claim.id)).rejects.toMatchObject({ code: '23001' })
  const other = await stage.record({ status: 'quarantined', hold_count: 1 })
  const destroying = stage.db.updateTable('recording').set({ status: 'destroying' }).where('id', '=', other)
  await expect(destroying.execute()).rejects.toMatchObject({ code: '23001' })
  await expect(stage.db.deleteFrom('recording').where('id', '=', other).execute()).rejects.toMatchObject({
    code: '23001',
  })
  await finishAll()
})

test('two instances never both finish: the newer fence wins', async () => {
  const first = await claimed()
  await stage.db.updateTable('recording').set({ worker: 1 }).where('id', '=', first.id).execute()
  const other = stage.purge({ instance: { id: 77, isRegistered: () => true } })
  const [second] = await other.claim(wanted())
  expect(second?.id).toBe(first.id)
  const outcomes = await Promise.all([destroyOne(stage.purge(), first), destroyOne(other, second as Claim)])
  expect(outcomes.map((outcome) => outcome?.kind)).toEqual(['lost', 'destroyed'])
})

test('a claim of a living instance is left to it', async () => {
  const purge = stage.purge()
  const claim = await claimed(purge)
  const other = stage.purge({ instance: { id: 78, isRegistered: () => true } })
  expect(await other.claim(wanted())).toEqual([])
  expect(await purge.claim(wanted())).toEqual([])
  await destroyOne(purge, claim)
})

test('a claim that this process broke off is free again', async () => {
  const purge = stage.purge()
  const claim = await claimed(purge)
  const broken = storeWith(stage.store, {
    abortUpload: async () => undefined,
    // biome-ignore lint/correctness/useYield: it fails before the first page
    async *listUploads() {
      throw new TypeError('a mistake in the driver')
    },
  })
  const failing = stage.purge({ store: broken })
  await expect(failing.destroy([claim])).rejects.toThrow('a mistake in the driver')
  const [again] = await failing.claim(wanted())
  expect(again?.id).toBe(claim.id)
  expect(await destroyOne(purge, again as Claim)).toMatchObject({ kind: 'destroyed' })
})

test('an instance that the database does not see claims nothing', async () => {
  await quarantined()
  expect(await stage.purge({ instance: { id: 79, isRegistered: () => false } }).claim(wanted())).toEqual([])
  await finishAll()
})

test('neighbours with similar addresses are untouched', async () => {
  const neighbour = await stage.record()
  const claim = await claimed()
  await destroyOne(stage.purge(), claim)
  expect(await leftIn(stage.store, neighbour)).toBe(1)
  expect(await stage.statusOf(neighbour)).toBe('available')
})

/** Destroys whatever a test left in between. */
async function finishAll(): Promise<void> {
  stage.clock.advance(25 * 3_600_000)
  const purge = stage.purge()
  await purge.destroy(await purge.claim(wanted()))
}

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { registerInstance } from '../../../src/db/instance.ts'
import { newId } from '../../../src/kernel/ids.ts'
import { type FsckSummary, makeFsck, type ReportedFinding } from '../../../src/recordings/fsck.ts'
import { objectTags } from '../../../src/recordings/object-tags.ts'
import { makeRecoverIngests } from '../../../src/recordings/recover-ingests.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { leftIn, type Stage, setStage, storeWith } from './stage.ts'

let stage: Stage
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-fsck-'))
  stage = await setStage(await openFileObjectStore(directory))
  // Objects carry the time of the machine; two days later they are past the grace.
  stage.clock.set(new Date(Date.now() + 2 * 86_400_000).toISOString())
})

afterEach(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

interface Run {
  readonly summary: FsckSummary
  readonly found: readonly ReportedFinding[]
}

async function fsck(repair = false, { store = stage.store, tags = false } = {}): Promise<Run> {
  const found: ReportedFinding[] = []
  const logger = createLogger('error')
  logger.silent = true
  const { db, clock, instance } = stage
  const recoverIngests = makeRecoverIngests({ db, store, clock, instance, logger, inFlight: new Set() })
  const purge = stage.purge({ store })
  const run = makeFsck({ db, store, clock, purge, recoverIngests, lifecycleMarginDays: 14 })
  const summary = await run({ repair, tags, onFinding: (finding) => found.push(finding) })
  return { summary, found }
}

const put = (key: string, text = 'bytes') =>
  stage.store.put(key, Readable.from([Buffer.from(text)]), AbortSignal.timeout(5000))

/** Not due for long, so that no lifecycle rule can have anything to do with it. */
const KEPT = { dueAt: new Date('2099-01-01'), keepUntil: '2098-12-31' } as const

const recordings = (count: number) => Promise.all(Array.from({ length: count }, () => stage.record()))

/** Repairs, and expects that nothing is left to repair. */
async function repaired(): Promise<readonly ReportedFinding[]> {
  const { found } = await fsck(true)
  expect((await fsck()).summary).toMatchObject({ clean: true, findings: {} })
  return found
}

test('rows, objects and keys that agree give no finding', async () => {
  await recordings(7)
  await stage.record({ renditions: ['original', 'playback', 'masked'] })
  expect((await fsck()).summary).toEqual({
    recordings: 8,
    versions: 10,
    findings: {},
    repaired: 0,
    clean: true,
  })
})

test('a recording whose object is gone is a loss that repair does not hide', async () => {
  await recordings(3)
  const id = await stage.record({ ...KEPT, renditions: [] })
  for (const repair of [false, true]) {
    const { summary, found } = await fsck(repair)
    expect(found).toMatchObject([{ kind: 'row_without_object', recordingId: id, repaired: false }])
    expect(summary.clean).toBe(false)
  }
})

test('T35: objects that a restored bucket brings back are erased again, however many', async () => {
  const ids = await recordings(15)
  await stage.sweeper()({ dryRun: false })
  for (const id of ids) await put(renditionKey(id, 'original'), 'from the backup')
  const found = await repaired()
  expect(found.map(({ kind }) => kind)).toEqual(ids.map(() => 'object_without_row'))
})

test('a key that survived its recording is found and destroyed', async () => {
  const id = await stage.record()
  await stage.sweeper()({ dryRun: false })
  await stage.db
    .insertInto('recording_key')
    .values({ recording_id: id, kek_id: 'k', wrapped: randomBytes(8) })
    .execute()
  expect((await fsck()).found).toMatchObject([
    { kind: 'key_without_recording', recordingId: id, repaired: false },
  ])
  expect(await repaired()).toMatchObject([{ kind: 'key_without_recording', repaired: true }])
})

test('a recording without its key is reported as lost', async () => {
  const id = await stage.record()
  await stage.db.deleteFrom('recording_key').execute()
  expect((await fsck(true)).found).toMatchObject([{ kind: 'key_missing', recordingId: id, repaired: false }])
})

test('an upload whose process died is undone; one that is running is left alone', async () => {
  const receiving = { status: 'receiving', renditions: [], tagStates: [] } as const
  const other = await registerInstance(stage.url)
  const dead = await stage.record({ ...receiving, worker: 4711 })
  const running = await stage.record({ ...receiving, worker: other.id })
  for (const id of [dead, running]) await put(renditionKey(id, 'original'), 'half a call')
  const { found } = await fsck(true)
  expect(found).toMatchObject([{ kind: 'unfinished_ingest', recordingId: dead, repaired: true }])
  expect([await stage.statusOf(dead), await stage.statusOf(running)]).toEqual([undefined, 'receiving'])
  expect([await leftIn(stage.store, dead), await leftIn(stage.store, running)]).toEqual([0, 1])
  await other.close()
})

test('a destruction that was broken off or refused is finished', async () => {
  const broken = await stage.record({ status: 'destroying', worker: 4711 })
  const refused = await stage.record({ status: 'destroying' })
  await stage.db
    .updateTable('recording')
    .set({ retry_at: new Date('2099-01-01'), status_reason: 'refused by the store: AccessDenied' })
    .where('id', '=', refused)
    .execute()
  const { found } = await fsck()
  expect(new Set(found.map(({ recordingId }) => recordingId))).toEqual(new Set([broken, refused]))
  await repaired()
  expect([await stage.statusOf(broken), await stage.statusOf(refused)]).toEqual(['destroyed', 'destroyed'])
})

test('a destruction under a hold is reported and not touched', async () => {
  const id = await stage.record({ status: 'destroying', worker: 4711, hold_count: 1 })
  const { found } = await fsck(true)
  expect(found).toMatchObject([{ kind: 'unfinished_destruction', recordingId: id, repaired: false }])
  expect(await leftIn(stage.store, id)).toBe(1)
})

test('an object of another size than its row says is reported', async () => {
  const id = await stage.record()
  await put(renditionKey(id, 'original'), 'another text of another length')
  const { found } = await fsck(true)
  expect(found).toMatchObject([
    { kind: 'size_mismatch', detail: 'the row says 300 bytes, the store 30', repaired: false },
  ])
})

test('a stray object of a recording in use is reported and left for a person to judge', async () => {
  const id = await stage.record()
  await put(renditionKey(id, 'masked'))
  expect((await fsck(true)).found).toMatchObject([
    { kind: 'object_without_row', recordingId: id, detail: 'in use', repaired: false },
  ])
  expect(await leftIn(stage.store, id)).toBe(2)
})

test('what has not the form of our keys is reported and never touched', async () => {
  await recordings(2)
  const foreign = [
    'recordings/readme.age',
    `recordings/${newId()}/deep/original.age`,
    `recordings/${newId().toUpperCase()}/original.age`,
  ]
  for (const key of foreign) await put(key)
  await put('exports/2026.zip.age')
  const { found } = await fsck(true)
  expect(new Set(found.map(({ key }) => key))).toEqual(new Set(foreign))
  expect(found.every(({ kind, repaired }) => kind === 'unknown_object' && !repaired)).toBe(true)
  for (const key of foreign) expect(await stage.store.head(key)).toBeDefined()
})

test('object tags that differ from the purposes are found when asked for, and set again', async () => {
  const id = await stage.record()
  expect((await fsck()).summary.clean).toBe(true)
  expect((await fsck(false, { tags: true })).found).toMatchObject([{ kind: 'tags_differ', recordingId: id }])
  expect((await fsck(true, { tags: true })).found).toMatchObject([{ kind: 'tags_differ', repaired: true }])
  expect((await fsck(false, { tags: true })).summary.clean).toBe(true)
  const facts = {
    purpose: 'purpose_0',
    ruleId: 'rule',
    ruleVersion: 1,
    retainUntil: '2026-07-15',
    state: 'active',
  } as const
  expect(await stage.store.tags(renditionKey(id, 'original'))).toEqual(objectTags([facts], false))
})

test('a recording that is destroyed while the comparison runs is no finding', async () => {
  const ids = await recordings(5)
  let swept = false
  const slow = storeWith(stage.store, {
    async *listVersions(prefix) {
      if (!swept) {
        swept = true
        await stage.sweeper()({ dryRun: false })
      }
      yield* stage.store.listVersions(prefix)
    },
  })
  // The rows have been read when the first listing begins, and the objects are gone when it answers.
  expect((await fsck(false, { store: slow })).summary).toMatchObject({ findings: {}, clean: true })
  expect(await stage.statusOf(ids[0] as string)).toBe('destroyed')
})

test('reading changes nothing', async () => {
  await stage.record({ renditions: [] })
  await stage.record({ status: 'destroying', worker: 4711 })
  await put(renditionKey(newId(), 'original'))
  const state = async () => ({
    rows: await stage.db.selectFrom('recording').selectAll().orderBy('id').execute(),
    audit: await stage.db.selectFrom('audit_event').selectAll().execute(),
  })
  const before = await state()
  expect((await fsck()).found).toHaveLength(3)
  expect(await state()).toEqual(before)
})

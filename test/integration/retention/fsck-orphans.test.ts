import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../../../src/kernel/ids.ts'
import { type FsckSummary, makeFsck, type ReportedFinding } from '../../../src/recordings/fsck.ts'
import { makeRecoverIngests } from '../../../src/recordings/recover-ingests.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { leftIn, type Stage, setStage } from './stage.ts'

const HOUR = 3_600_000

let stage: Stage
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-orphans-'))
  stage = await setStage(await openFileObjectStore(directory))
  // Objects carry the time of the machine; two days later they are past the grace.
  stage.clock.set(new Date(Date.now() + 48 * HOUR).toISOString())
})

afterEach(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

async function fsck(repair: boolean): Promise<{ summary: FsckSummary; found: readonly ReportedFinding[] }> {
  const found: ReportedFinding[] = []
  const logger = createLogger('error')
  logger.silent = true
  const { db, store, clock, instance } = stage
  const recoverIngests = makeRecoverIngests({ db, store, clock, instance, logger, inFlight: new Set() })
  const run = makeFsck({ db, store, clock, purge: stage.purge(), recoverIngests, lifecycleMarginDays: 14 })
  const summary = await run({ repair, onFinding: (finding) => found.push(finding) })
  return { summary, found }
}

const put = (key: string) =>
  stage.store.put(key, Readable.from([Buffer.from('bytes')]), AbortSignal.timeout(5000))

async function orphan(): Promise<string> {
  const id = newId()
  await put(renditionKey(id, 'original'))
  return id
}

const sightings = async () =>
  (await stage.db.selectFrom('orphan_sighting').selectAll().orderBy('object_key').execute()).map(
    ({ object_key }) => object_key,
  )

test('an object without a row is no finding on its first day: its ingest may be running', async () => {
  await orphan()
  stage.clock.set(new Date(Date.now() + 23 * HOUR).toISOString())
  expect((await fsck(true)).summary).toMatchObject({ clean: true, findings: {} })
  expect(await sightings()).toEqual([])
})

test('it is erased only by a repair, and only if a run a day before saw it too', async () => {
  await stage.record()
  const id = await orphan()
  const seen = { kind: 'object_without_row', recordingId: id, detail: 'unknown' }
  expect((await fsck(true)).found).toEqual([{ ...seen, repaired: false }])
  stage.clock.advance(24 * HOUR - 1)
  expect((await fsck(true)).found).toEqual([{ ...seen, repaired: false }])
  stage.clock.advance(1)
  expect((await fsck(false)).found).toEqual([{ ...seen, repaired: false }])
  expect(await leftIn(stage.store, id)).toBe(1)
  expect((await fsck(true)).found).toEqual([{ ...seen, repaired: true }])
  expect(await leftIn(stage.store, id)).toBe(0)
  expect(await stage.auditOf(id)).toEqual(['recording.orphan_erased'])
  stage.clock.advance(1)
  expect((await fsck(true)).summary.clean).toBe(true)
  expect(await sightings()).toEqual([])
})

test('a version that came in between has to wait its own day', async () => {
  const id = await orphan()
  await fsck(false)
  await put(renditionKey(id, 'playback'))
  stage.clock.advance(25 * HOUR)
  expect((await fsck(true)).summary.repaired).toBe(0)
  expect(await leftIn(stage.store, id)).toBe(2)
  stage.clock.advance(24 * HOUR)
  expect((await fsck(true)).summary.repaired).toBe(1)
  expect(await leftIn(stage.store, id)).toBe(0)
})

test('an object that had a row in between counts from anew', async () => {
  const id = await stage.record()
  await stage.db.deleteFrom('rendition').execute()
  await stage.db.deleteFrom('recording_key').execute()
  await stage.db.deleteFrom('purpose_tag').execute()
  await stage.db.deleteFrom('ingest_request').execute()
  const row = await stage.db.selectFrom('recording').selectAll().executeTakeFirstOrThrow()
  const { is_free: _generated, silence, links, channels, ...plain } = row
  await stage.db.deleteFrom('recording').execute()
  await fsck(true)
  await stage.db
    .insertInto('recording')
    .values({
      ...plain,
      silence: JSON.stringify(silence),
      links: JSON.stringify(links),
      channels: JSON.stringify(channels),
    })
    .execute()
  stage.clock.advance(HOUR)
  await fsck(true)
  await stage.db.deleteFrom('recording').execute()
  stage.clock.advance(25 * HOUR)
  expect((await fsck(true)).summary.repaired).toBe(0)
  expect(await leftIn(stage.store, id)).toBe(1)
})

test('with a database that does not belong to the store nothing is erased, however often it is looked at', async () => {
  const ids = await Promise.all(Array.from({ length: 11 }, orphan))
  for (let day = 0; day < 3; day += 1) {
    const { summary, found } = await fsck(true)
    expect(found).toHaveLength(11)
    expect(summary).toMatchObject({ repaired: 0, clean: false })
    stage.clock.advance(25 * HOUR)
  }
  for (const id of ids) expect(await leftIn(stage.store, id)).toBe(1)
})

test('lists of destructions, exports and what has not the form of our keys are no orphans', async () => {
  const foreign = ['recordings/readme.age', `recordings/${newId()}/deep/original.age`]
  const others = ['destruction-list/20260715T000000.000Z-x.json', 'exports/2026.zip.age']
  for (const key of [...foreign, ...others]) await put(key)
  await fsck(true)
  stage.clock.advance(48 * HOUR)
  const { found } = await fsck(true)
  expect(new Set(found.map(({ kind, key }) => `${kind} ${key}`))).toEqual(
    new Set(foreign.map((key) => `unknown_object ${key}`)),
  )
  for (const key of [...foreign, ...others]) expect(await stage.store.head(key)).toBeDefined()
})

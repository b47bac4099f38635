import { DeleteBucketLifecycleCommand, DeleteObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPeriod, type CalendarDay, dayOf, startOfDayAfter } from '../../../src/kernel/calendar.ts'
import { CertificateSchema } from '../../../src/recordings/certify.ts'
import { makeFsck, type ReportedFinding } from '../../../src/recordings/fsck.ts'
import { makePurge } from '../../../src/recordings/purge.ts'
import { makeRecoverIngests } from '../../../src/recordings/recover-ingests.ts'
import { makeKeepLifecycle } from '../../../src/retention/keep-lifecycle.ts'
import { lastKeptLifecycle } from '../../../src/retention/lifecycle-queries.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { keepLifecycle } from '../../../src/storage/lifecycle.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { waitFor } from '../../support/processes.ts'
import { startRgw, type TestBucket, type TestRgw } from '../../support/rgw.ts'
import { leftIn, type Stage, setStage } from './stage.ts'

const MARGIN = 1
const today = dayOf(new Date())
const day = (offset: number): CalendarDay => addPeriod(today, offset < 0 ? `-P${-offset}D` : `P${offset}D`)
const logger = createLogger('error')
logger.silent = true

/**
 * The gateway's day lasts five seconds. It gives every rule 0.6 s and begins again when a day is over, so
 * there must be few rules; and one worker, because more of them wait for each other.
 */
const SWIFT = ['rgw lc debug interval = 5', 'rgw lc max worker = 1', 'rgw lc max objs = 1']

let rgw: TestRgw
let stage: Stage
let bucket: TestBucket

const connection = () => {
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  return { bucket: bucket.bucket, endpoint, region, forcePathStyle: true, credentials }
}

beforeAll(async () => {
  rgw = await startRgw(SWIFT)
  bucket = await rgw.createBucket({ objectLock: true })
  stage = await setStage(openS3ObjectStore(connection()))
})

afterAll(async () => {
  stage.store.close()
  await stage.close()
  bucket.client.destroy()
  await rgw.stop()
})

const keep = ({ pastDays }: { pastDays: number }) =>
  makeKeepLifecycle({
    db: stage.db,
    agreedNow: async () => stage.clock.now(),
    apply: (terms) => keepLifecycle(connection(), { ...terms, pastDays }),
    marginDays: MARGIN,
    horizonDays: 2,
    logger,
  })()

const sweep = () => {
  const { db, store, clock, instance, signer } = stage
  const origin = {
    store: { kind: 's3' as const, region: null, bucket: null },
    executor: 'listenback/0.0.0-test',
    backupDays: 35,
  }
  const purge = makePurge({
    db,
    store,
    clock,
    instance,
    logger,
    signer,
    origin,
    lifecycleMarginDays: MARGIN,
  })
  return stage.sweeper({ purge })({ dryRun: false })
}

async function fsck(): Promise<readonly ReportedFinding[]> {
  const found: ReportedFinding[] = []
  const { db, store, clock, instance } = stage
  const recoverIngests = makeRecoverIngests({ db, store, clock, instance, logger, inFlight: new Set() })
  const purge = stage.purge()
  const run = makeFsck({ db, store, clock, purge, recoverIngests, lifecycleMarginDays: MARGIN })
  await run({ repair: false, onFinding: (finding) => found.push(finding) })
  return found
}

interface Kept {
  readonly until: CalendarDay | 'open'
  readonly hold?: 'none' | 'held'
  readonly row?: Partial<Parameters<Stage['record']>[0]>
}

/** A recording of two objects with the tags that go with its end. */
async function record({ until, hold = 'none', row = {} }: Kept): Promise<string> {
  const end =
    until === 'open'
      ? ({ keepUntil: null, dueAt: null, tagStates: ['pending_trigger'] } as const)
      : { keepUntil: until, dueAt: startOfDayAfter(until) }
  const id = await stage.record({ ...end, renditions: ['original', 'playback'], ...row })
  for (const name of ['original', 'playback'] as const) {
    await stage.store.setTags(renditionKey(id, name), {
      purpose: 'purpose_0',
      'retain-until': until,
      rule: 'rule@1',
      hold,
      class: name === 'original' ? 'original' : 'derived',
    })
  }
  return id
}

async function certificateOf(id: string) {
  const row = await stage.db
    .selectFrom('certificate')
    .selectAll()
    .where('recording_id', '=', id)
    .executeTakeFirst()
  return (
    row &&
    CertificateSchema.parse(JSON.parse(Buffer.from(row.jws.split('.')[1] ?? '', 'base64url').toString()))
  )
}

test('T5: while the service is away the store ends what is due and held by nobody, nothing else; afterwards the sweep certifies it', async () => {
  const due = await record({ until: day(-3) })
  const held = await record({ until: day(-3), hold: 'held', row: { hold_count: 1 } })
  const restricted = await record({ until: day(-3), hold: 'held', row: { restricted: true } })
  // A release that the store was told only half of: the tag is free again, the legal hold is still on.
  const locked = await record({ until: day(-3) })
  for await (const page of stage.store.listVersions(`recordings/${locked}/`))
    for (const { key, versionId } of page) await stage.store.setHold(key, versionId, true)
  const within = await record({ until: day(-1) })
  const open = await record({ until: 'open' })

  // The last day on which the service is there: the store is to begin two days later.
  stage.clock.set(`${day(-3)}T12:00:00Z`)
  expect(await keep({ pastDays: 0 })).toEqual({ outcome: 'written', withheld: [] })
  expect((await lastKeptLifecycle(stage.db))?.outcome).toBe('written')

  await waitFor(
    'the store to end what is due',
    async () => ((await leftIn(stage.store, due)) === 0 ? true : undefined),
    { timeoutMs: 90_000 },
  )
  for (const id of [held, restricted, within, open]) expect(await leftIn(stage.store, id)).toBe(2)
  // Hidden by delete markers, and every byte is there.
  expect(await leftIn(stage.store, locked)).toBe(4)

  stage.clock.set(`${day(0)}T12:00:00Z`)
  expect(new Set((await fsck()).map(({ kind, recordingId }) => `${kind} ${recordingId}`))).toEqual(
    new Set([`ended_by_store ${due}`, `ended_by_store ${locked}`]),
  )
  await sweep()
  expect([await stage.statusOf(due), await stage.statusOf(within)]).toEqual(['destroyed', 'destroyed'])
  expect((await certificateOf(due))?.removedBy).toBe('store-lifecycle')
  expect((await certificateOf(within))?.removedBy).toBe('service')
  expect([await leftIn(stage.store, due), await leftIn(stage.store, within)]).toEqual([0, 0])
  for (const id of [held, restricted, open]) {
    expect(await stage.statusOf(id)).toBe('available')
    expect(await certificateOf(id)).toBeUndefined()
  }
  // Not ours to override: the hold is not one of the database's.
  expect(await stage.statusOf(locked)).toBe('destroying')
  expect(await certificateOf(locked)).toBeUndefined()
}, 120_000)

test('T5: what is gone from the store before its end is damage: found, never destroyed and never certified', async () => {
  const id = await record({ until: day(30) })
  const page = await Array.fromAsync(stage.store.listVersions(`recordings/${id}/`))
  await stage.store.removeVersions(page.flat())
  await sweep()
  expect(await stage.statusOf(id)).toBe('available')
  expect(await certificateOf(id)).toBeUndefined()
  const found = (await fsck()).filter(({ recordingId }) => recordingId === id)
  expect(found.map(({ kind }) => kind)).toEqual(['row_without_object', 'row_without_object'])
})

test('F34: while the service is there, a day whose recordings it has not ended gets no rule', async () => {
  await stage.clear()
  // The rules of the tests before are still being worked through, and name the same days.
  await bucket.client.send(new DeleteBucketLifecycleCommand({ Bucket: bucket.bucket }))
  await new Promise((resolve) => setTimeout(resolve, 15_000))
  stage.clock.set(`${day(0)}T12:00:00Z`)
  const waiting = await record({ until: day(-4) })
  const quarantined = await record({
    until: day(-3),
    row: { status: 'quarantined', quarantinedAt: stage.clock.now() },
  })
  await record({ until: day(-6), hold: 'held', row: { hold_count: 1 } })
  await record({ until: day(3) })
  expect((await keep({ pastDays: 3 })).withheld).toEqual([day(-4), day(-3)])
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  for (const id of [waiting, quarantined]) expect(await leftIn(stage.store, id)).toBe(2)

  await bucket.client.send(
    new DeleteObjectCommand({ Bucket: bucket.bucket, Key: renditionKey(waiting, 'original') }),
  )
  await sweep()
  expect(await leftIn(stage.store, waiting)).toBe(0)
  expect(await keep({ pastDays: 3 })).toEqual({ outcome: 'written', withheld: [] })
  expect(await keep({ pastDays: 3 })).toEqual({ outcome: 'unchanged', withheld: [] })
})

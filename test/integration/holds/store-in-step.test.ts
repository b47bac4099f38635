import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { DeleteObjectCommand, GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeSyncObjects } from '../../../src/recordings/sync-objects.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { type ObjectStore, ObjectStoreError } from '../../../src/storage/object-store.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { DUE, LAST_DAY, storeWith } from '../retention/stage.ts'
import { type HoldsApp, officer, startHoldsApp } from './holds-app.ts'

const openStore = ({ endpoint, region, accessKeyId, secretAccessKey, bucket }: TestBucket) =>
  openS3ObjectStore({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    bucket,
  })

const logger = createLogger('error')
logger.silent = true
const never = new AbortController().signal
const run = { dryRun: false }

describe('in a bucket with Object Lock', () => {
  let bucket: TestBucket
  let app: HoldsApp
  let store: ObjectStore
  /** What the service meets instead of the store; the sweep meets the store itself. */
  let inTheWay: Partial<ObjectStore> = {}

  beforeAll(async () => {
    bucket = await createTestBucket({ objectLock: true })
    store = openStore(bucket)
    app = await startHoldsApp(
      store,
      new Proxy(store, {
        get(target, name: keyof ObjectStore) {
          const value = inTheWay[name] ?? target[name]
          return typeof value === 'function' ? value.bind(target) : value
        },
      }),
    )
  })
  afterEach(async () => {
    inTheWay = {}
    await app.clear()
  })
  afterAll(async () => {
    await app.close()
    store.close()
    await bucket.destroy()
  })

  const versionsOf = async (id: string) => {
    const found = await bucket.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket.bucket, Prefix: `recordings/${id}/` }),
    )
    return (found.Versions ?? []).map(({ Key = '', VersionId = '' }) => ({ key: Key, versionId: VersionId }))
  }

  /** For each version whether it is held, and its tags. */
  const stateOf = async (id: string) =>
    Promise.all(
      (await versionsOf(id)).map(async ({ key, versionId }) => ({
        held: await store.isHeld(key, versionId),
        hold: (await store.tags(key, versionId)).hold,
      })),
    )

  const recordWithTwoVersions = async () => {
    const id = await app.record({ renditions: ['original', 'playback'] })
    const older = Readable.from([randomBytes(200)])
    await store.put(renditionKey(id, 'original'), older, never)
    return id
  }

  test('T5: every version of every rendition is held and tagged before the answer; nothing can delete it', async () => {
    const id = await recordWithTwoVersions()
    const placed = await app.place({ recordings: [id] })
    expect(placed).toMatchObject({ status: 201, body: { storeConfirmed: true } })
    const held = { held: true, hold: 'held' }
    expect(await stateOf(id)).toEqual([held, held, held])
    const versions = await versionsOf(id)
    expect(await store.tags(versions[0]?.key ?? '', versions[0]?.versionId)).toMatchObject({
      'retain-until': LAST_DAY,
      rule: 'rule@1',
      purpose: 'purpose_0',
    })
    for (const { key, versionId } of versions) {
      const removing = bucket.client.send(
        new DeleteObjectCommand({ Bucket: bucket.bucket, Key: key, VersionId: versionId }),
      )
      await expect(removing).rejects.toMatchObject({ name: 'AccessDenied' })
    }
    const answer = await bucket.client.send(
      new GetObjectCommand({ Bucket: bucket.bucket, Key: renditionKey(id, 'original') }),
    )
    expect((await answer.Body?.transformToByteArray())?.length).toBe(200)
  })

  test('after the last release the store lets go as well, and the sweep can end what is over', async () => {
    const id = await recordWithTwoVersions()
    const one = await app.place({ recordings: [id] })
    const other = await app.place({ recordings: [id] })
    await app.release(one.body.id)
    await app.keepInStep(never)
    expect((await stateOf(id)).every(({ held, hold }) => held && hold === 'held')).toBe(true)
    await app.release(other.body.id)
    await app.keepInStep(never)
    expect((await stateOf(id)).some(({ held, hold }) => held || hold === 'held')).toBe(false)
    expect((await app.rowOf(id)).objects_changed_at).toBeNull()
    app.clock.set(DUE.toISOString())
    expect(await app.sweeper({ graceDays: 0 })(run)).toMatchObject({ destroyed: [id] })
    expect(await versionsOf(id)).toEqual([])
  })

  test('a release that the store has not heard of does not keep a recording for ever', async () => {
    const id = await recordWithTwoVersions()
    const { body } = await app.place({ recordings: [id] })
    await app.release(body.id)
    app.clock.set(DUE.toISOString())
    expect(await app.sweeper({ graceDays: 0 })(run)).toMatchObject({ destroyed: [id], blocked: [] })
  })

  test('F24: when the store does not confirm, the answer is 202, the hold is in force, and the job goes on', async () => {
    const id = await recordWithTwoVersions()
    const broken = async () => {
      throw new ObjectStoreError('unavailable', 'out of order')
    }
    inTheWay = { setHold: broken }
    const placed = await app.place({ recordings: [id] })
    expect(placed).toMatchObject({ status: 202, body: { storeConfirmed: false, pending: 1, recordings: 1 } })
    app.clock.set(DUE.toISOString())
    expect(await app.sweeper({ graceDays: 0 })(run)).toMatchObject({ quarantined: [], destroyed: [] })
    inTheWay = {}
    app.clock.advance(60_000)
    await app.keepInStep(never)
    const shown = await app.call('GET', `/v1/holds/${placed.body.id}`, officer)
    expect(shown.body).toMatchObject({ storeConfirmed: true, pending: 0 })
    expect((await stateOf(id)).every(({ held }) => held)).toBe(true)
  })

  test('a store that never answers delays the answer by seconds only', async () => {
    const id = await app.record()
    let letGo = () => {}
    const stalled = new Promise<void>((resolve) => {
      letGo = resolve
    })
    inTheWay = { setTags: () => stalled }
    const started = performance.now()
    expect((await app.place({ recordings: [id] })).status).toBe(202)
    expect(performance.now() - started).toBeLessThan(10_000)
    letGo()
    await expect.poll(async () => (await app.rowOf(id)).hold_count).toBe(1)
  })

  test('a recording that changes while the store is told stays on the list', async () => {
    const id = await app.record()
    await app.place({ recordings: [id] })
    await app.db
      .updateTable('recording')
      .set({ objects_changed_at: app.clock.now() })
      .where('id', '=', id)
      .execute()
    const meanwhile = async (...args: Parameters<ObjectStore['setTags']>) => {
      await app.call('POST', `/v1/recordings/${id}/restriction`, officer, { ground: 'unlawful_processing' })
      return store.setTags(...args)
    }
    const sync = makeSyncObjects({ ...app, store: storeWith(store, { setTags: meanwhile }), logger })
    expect(await sync({ ids: [id] }, never)).toMatchObject({ confirmed: 0, failed: 0 })
    expect((await app.rowOf(id)).objects_changed_at).not.toBeNull()
    await app.keepInStep(never)
    expect((await app.rowOf(id)).objects_changed_at).toBeNull()
  })

  test('of two that tell the store at once the later state is what it keeps', async () => {
    const id = await app.record()
    const { body } = await app.place({ recordings: [id] })
    await app.release(body.id)
    // Slow with what it read first: the release.
    const slow = async (...args: Parameters<ObjectStore['setHold']>) => {
      await delay(400)
      return store.setHold(...args)
    }
    const slowly = makeSyncObjects({ ...app, store: storeWith(store, { setHold: slow }), logger })
    const first = slowly({ ids: [id] }, never)
    await delay(100)
    const again = await app.place({ recordings: [id] })
    await first
    expect(again).toMatchObject({ status: 201, body: { storeConfirmed: true } })
    expect((await stateOf(id)).every(({ held, hold }) => held && hold === 'held')).toBe(true)
  })

  test('an object that is not there is left to fsck, and does not keep others waiting', async () => {
    const [lost, there] = [await app.record(), await app.record()]
    await store.removeVersions(await versionsOf(lost))
    const placed = await app.place({ recordings: [lost, there] })
    expect(placed).toMatchObject({ status: 202, body: { pending: 1, recordings: 2 } })
    let asked = 0
    inTheWay = {
      listVersions: (prefix) => {
        asked += 1
        return store.listVersions(prefix)
      },
    }
    app.clock.advance(60_000)
    await app.keepInStep(never)
    expect(asked).toBe(0)
  })
})

test('where the store has no Object Lock the tag alone confirms a hold', async () => {
  const bucket = await createTestBucket({ versioning: true })
  const store = openStore(bucket)
  const app = await startHoldsApp(store)
  const id = await app.record()
  expect(await app.place({ recordings: [id] })).toMatchObject({ status: 201, body: { storeConfirmed: true } })
  expect(await store.tags(renditionKey(id, 'original'))).toMatchObject({ hold: 'held' })
  await app.close()
  store.close()
  await bucket.destroy()
})

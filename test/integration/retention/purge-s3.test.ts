import { randomBytes } from 'node:crypto'
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  PutObjectCommand,
  PutObjectRetentionCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { renditionKey } from '../../../src/storage/keys.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createTestBucket, rgwAddress, type TestBucket } from '../../support/rgw.ts'
import { insertFormerHold, type Stage, setStage, storeWith } from './stage.ts'

const run = { dryRun: false }

async function open(options: { versioning?: boolean; objectLock?: boolean }) {
  const bucket = await createTestBucket(options)
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  const store = await openS3ObjectStore({
    bucket: bucket.bucket,
    endpoint,
    region,
    forcePathStyle: true,
    credentials,
  })
  return { bucket, stage: await setStage(store) }
}

/** What the bucket really has below the prefix, asked without our own code between. */
async function listed({ client, bucket }: TestBucket, id: string) {
  const Prefix = `recordings/${id}/`
  const versions = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix }))
  const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix }))
  return {
    versions: (versions.Versions ?? []) as ObjectVersion[],
    markers: versions.DeleteMarkers ?? [],
    uploads: uploads.Uploads ?? [],
  }
}

const NOTHING = { versions: [], markers: [], uploads: [] }

describe('a versioned bucket', () => {
  let stage: Stage
  let bucket: TestBucket

  beforeAll(async () => {
    ;({ stage, bucket } = await open({ versioning: true }))
  })
  afterAll(async () => {
    stage.store.close()
    await stage.close()
    await bucket.destroy()
  })
  beforeEach(async () => {
    await stage.clear()
    stage.clock.set('2026-07-16T00:00:00Z')
  })

  test('T4, F29: after the destruction no version, marker or upload is left, and no old version opens', async () => {
    const id = await stage.record({ renditions: ['original', 'playback', 'masked'] })
    const neighbour = await stage.record({ hold_count: 1 })
    const Key = renditionKey(id, 'original')
    const where = { Bucket: bucket.bucket, Key }
    const { client } = bucket
    await client.send(new PutObjectCommand({ ...where, Body: randomBytes(400) }))
    await client.send(new DeleteObjectCommand(where))
    const upload = await client.send(new CreateMultipartUploadCommand(where))
    await client.send(
      new UploadPartCommand({ ...where, UploadId: upload.UploadId, PartNumber: 1, Body: randomBytes(1000) }),
    )
    const before = await listed(bucket, id)
    expect([before.versions.length, before.markers.length, before.uploads.length]).toEqual([4, 1, 1])

    expect(await stage.sweeper()(run)).toMatchObject({ destroyed: [id], blocked: [], failed: [] })

    expect(await listed(bucket, id)).toEqual(NOTHING)
    for (const { VersionId } of before.versions)
      await expect(client.send(new GetObjectCommand({ ...where, VersionId }))).rejects.toThrow()
    expect((await listed(bucket, neighbour)).versions).toHaveLength(1)
  })

  test('more versions than one page lists are removed to the last', async () => {
    const id = await stage.record()
    const where = { Bucket: bucket.bucket, Key: renditionKey(id, 'original') }
    for (let n = 0; n < 6; n += 1) await bucket.client.send(new PutObjectCommand({ ...where, Body: 'x' }))
    const pagesOfTwo = storeWith(stage.store, {
      async *listVersions(prefix) {
        for await (const page of stage.store.listVersions(prefix))
          for (let at = 0; at < page.length; at += 2) yield page.slice(at, at + 2)
      },
    })
    expect((await stage.sweeper({ store: pagesOfTwo })(run)).destroyed).toEqual([id])
    expect(await listed(bucket, id)).toEqual(NOTHING)
  })

  test('a store without our rights refuses, and the recording stays unfinished', async () => {
    const id = await stage.record()
    const { other } = await rgwAddress()
    const stranger = await openS3ObjectStore({
      bucket: bucket.bucket,
      endpoint: bucket.endpoint,
      region: bucket.region,
      forcePathStyle: true,
      credentials: other,
    })
    expect(await stage.sweeper({ store: stranger })(run)).toMatchObject({ destroyed: [], blocked: [id] })
    stranger.close()
    expect(await stage.statusOf(id)).toBe('destroying')
    expect((await listed(bucket, id)).versions).toHaveLength(1)
    stage.clock.advance(25 * 3_600_000)
    expect((await stage.sweeper()(run)).destroyed).toEqual([id])
  })
})

describe('a bucket with Object Lock', () => {
  let stage: Stage
  let bucket: TestBucket

  beforeAll(async () => {
    ;({ stage, bucket } = await open({ objectLock: true }))
  })
  afterAll(async () => {
    stage.store.close()
    await stage.close()
    await bucket.destroy()
  })
  beforeEach(async () => {
    await stage.clear()
    stage.clock.set('2026-07-16T00:00:00Z')
  })

  test('F28: a version under legal hold is refused, nothing is half done, and release lets it finish', async () => {
    const id = await stage.record({ renditions: ['original', 'playback'] })
    const key = renditionKey(id, 'original')
    const versionId = (await stage.store.head(key))?.versionId as string
    await stage.store.setHold(key, versionId, true)

    expect(await stage.sweeper()(run)).toMatchObject({ quarantined: [id], destroyed: [], blocked: [id] })
    expect((await listed(bucket, id)).versions).toHaveLength(2)
    expect(await stage.statusOf(id)).toBe('destroying')
    expect(await stage.auditOf(id)).not.toContain('recording.destroyed')

    expect(await stage.sweeper()(run)).toMatchObject({ destroyed: [], blocked: [] })
    stage.clock.advance(25 * 3_600_000)
    expect(await stage.sweeper()(run)).toMatchObject({ destroyed: [], blocked: [id] })

    await stage.store.setHold(key, versionId, false)
    stage.clock.advance(25 * 3_600_000)
    expect(await stage.sweeper()(run)).toMatchObject({ destroyed: [id], blocked: [] })
    expect(await listed(bucket, id)).toEqual(NOTHING)
  })

  test('a hold of ours that the store still has is lifted; a lock until a date is not, whoever was held', async () => {
    const [ours, locked] = [await stage.record(), await stage.record()]
    for (const id of [ours, locked]) {
      await insertFormerHold(stage.db, id)
      const key = renditionKey(id, 'original')
      await stage.store.setHold(key, (await stage.store.head(key))?.versionId as string, true)
    }
    await bucket.client.send(
      new PutObjectRetentionCommand({
        Bucket: bucket.bucket,
        Key: renditionKey(locked, 'original'),
        Retention: { Mode: 'GOVERNANCE', RetainUntilDate: new Date(Date.now() + 86_400_000) },
      }),
    )
    expect(await stage.sweeper()(run)).toMatchObject({ destroyed: [ours], blocked: [locked] })
    expect(await listed(bucket, ours)).toEqual(NOTHING)
    expect((await listed(bucket, locked)).versions).toHaveLength(1)
  })

  test('two sweepers at once finish a recording once', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => stage.record()))
    const reports = await Promise.all([stage.sweeper()(run), stage.sweeper()(run)])
    expect(new Set(reports.flatMap(({ destroyed }) => destroyed))).toEqual(new Set(ids))
    expect(reports.flatMap(({ destroyed }) => destroyed)).toHaveLength(12)
    for (const id of ids) expect(await listed(bucket, id)).toEqual(NOTHING)
  })
})

import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../src/kernel/ids.ts'
import { makeFsck, type ReportedFinding } from '../../../src/recordings/fsck.ts'
import { makeRecoverIngests } from '../../../src/recordings/recover-ingests.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { leftIn, type Stage, setStage } from './stage.ts'

let stage: Stage
let bucket: TestBucket

beforeAll(async () => {
  bucket = await createTestBucket({ versioning: true })
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  stage = await setStage(
    await openS3ObjectStore({ bucket: bucket.bucket, endpoint, region, forcePathStyle: true, credentials }),
  )
  stage.clock.set(new Date(Date.now() + 2 * 86_400_000).toISOString())
})

afterAll(async () => {
  stage.store.close()
  await stage.close()
  await bucket.destroy()
})

async function fsck(repair: boolean): Promise<readonly ReportedFinding[]> {
  const found: ReportedFinding[] = []
  const logger = createLogger('error')
  logger.silent = true
  const { db, store, clock, instance } = stage
  const recoverIngests = makeRecoverIngests({ db, store, clock, instance, logger, inFlight: new Set() })
  const purge = stage.purge()
  const run = makeFsck({ db, store, clock, purge, recoverIngests, lifecycleMarginDays: 14 })
  await run({ repair, tags: true, onFinding: (finding) => found.push(finding) })
  return found
}

const KEPT = { dueAt: new Date('2099-01-01'), keepUntil: '2098-12-31' } as const

test('on a real bucket orphans, stray uploads, lost objects and wrong tags are found, and repaired where that is possible', async () => {
  const [good, lost] = [await stage.record(), await stage.record({ ...KEPT, renditions: [] })]
  const orphan = newId()
  const { client } = bucket
  await client.send(
    new PutObjectCommand({ Bucket: bucket.bucket, Key: renditionKey(orphan, 'original'), Body: 'x' }),
  )
  const Key = renditionKey(good, 'playback')
  await client.send(new CreateMultipartUploadCommand({ Bucket: bucket.bucket, Key }))
  await client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key: 'recordings/notes.txt', Body: 'x' }))

  const kinds = (found: readonly ReportedFinding[]) =>
    new Set(found.map(({ kind, recordingId, repaired }) => `${kind} ${recordingId} ${repaired}`))
  expect(kinds(await fsck(false))).toEqual(
    new Set([
      `unknown_object null false`,
      `stray_upload ${good} false`,
      `row_without_object ${lost} false`,
      `object_without_row ${orphan} false`,
    ]),
  )
  // An orphan has to be seen twice, a day apart.
  stage.clock.advance(86_400_000)
  await fsck(true)
  // The tags are looked at where nothing worse was found, so the second run sees them.
  expect(kinds(await fsck(true))).toEqual(
    new Set([`unknown_object null false`, `row_without_object ${lost} false`, `tags_differ ${good} true`]),
  )
  expect(kinds(await fsck(true))).toEqual(
    new Set([`unknown_object null false`, `row_without_object ${lost} false`]),
  )
  expect(await leftIn(stage.store, orphan)).toBe(0)
  const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket.bucket }))
  expect(uploads.Uploads ?? []).toEqual([])
  expect((await stage.store.tags(renditionKey(good, 'original'))).rule).toBe('rule@1')
})

test('a recording that somebody hid below a delete marker is found, and brought back by repair', async () => {
  const id = await stage.record({ ...KEPT, renditions: ['original', 'playback'] })
  const Key = renditionKey(id, 'original')
  await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key }))
  expect(await stage.store.head(Key)).toBeUndefined()
  expect(await fsck(false)).toContainEqual({
    kind: 'hidden_object',
    recordingId: id,
    key: Key,
    repaired: false,
  })
  await fsck(true)
  expect((await stage.store.head(Key))?.bytes).toBe(300)
  expect(await leftIn(stage.store, id)).toBe(2)
  expect(await stage.auditOf(id)).toContain('recording.unhidden')
})

test('T5: what the store ended long after its last day is no damage; what is held, or not due for long, is', async () => {
  const due = new Date(stage.clock.now().getTime() - 15 * 86_400_000)
  const ended = await stage.record({ dueAt: due, renditions: [] })
  const held = await stage.record({ dueAt: due, renditions: [], hold_count: 1 })
  const restricted = await stage.record({ dueAt: due, renditions: [], restricted: true })
  const early = await stage.record({ dueAt: new Date(due.getTime() + 2 * 86_400_000), renditions: [] })
  const found = await fsck(true)
  const kindOf = (id: string) => found.filter(({ recordingId }) => recordingId === id).map(({ kind }) => kind)
  expect(kindOf(ended)).toEqual(['ended_by_store'])
  for (const id of [held, restricted, early]) expect(kindOf(id)).toEqual(['row_without_object'])
})

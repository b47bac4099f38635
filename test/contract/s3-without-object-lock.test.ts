import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ObjectStore } from '../../src/storage/object-store.ts'
import { openS3ObjectStore } from '../../src/storage/s3-object-store.ts'
import { createTestBucket, type TestBucket } from '../support/rgw.ts'
import { newPrefix, putBytes } from './store-under-test.ts'

let bucket: TestBucket
let store: ObjectStore

beforeAll(async () => {
  bucket = await createTestBucket({ versioning: true })
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  store = openS3ObjectStore({ endpoint, region, forcePathStyle: true, credentials, bucket: bucket.bucket })
})

afterAll(async () => {
  store.close()
  await bucket.destroy()
})

it('a bucket without Object Lock says that it cannot hold, and holds nothing', async () => {
  const key = `${newPrefix()}original.age`
  const { versionId } = await putBytes(store, key, Buffer.from('x'))
  expect(await store.setHold(key, versionId, true)).toBe('unsupported')
  expect(await store.setHold(key, versionId, false)).toBe('unsupported')
  expect(await store.isHeld(key, versionId)).toBe(false)
  expect(await store.removeVersions([{ key, versionId }])).toEqual({ removed: 1, failed: [] })
})

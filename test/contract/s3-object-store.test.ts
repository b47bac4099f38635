import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { openS3ObjectStore } from '../../src/storage/s3-object-store.ts'
import { createTestBucket, type TestBucket } from '../support/rgw.ts'
import { describeObjectStore, type RawStore } from './object-store.ts'

const WORKERS = 24

async function times(count: number, act: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await act(next++)
  }
  await Promise.all(Array.from({ length: WORKERS }, worker))
}

function rawBucket({ client, bucket: Bucket }: TestBucket): RawStore {
  return {
    async versions(Prefix) {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket, Prefix }),
      )
      const markers = (page.DeleteMarkers ?? []).map((marker) => ({ ...marker, Size: -1 }))
      return [...(page.Versions ?? []), ...markers].map(({ Key = '', VersionId = '', Size = 0 }) => {
        return { key: Key, versionId: VersionId, bytes: Size }
      })
    },
    async uploads(Prefix) {
      const page: ListMultipartUploadsCommandOutput = await client.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix }),
      )
      return (page.Uploads ?? []).map(({ Key = '', UploadId = '' }) => ({ key: Key, uploadId: UploadId }))
    },
    async read(Key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      return Buffer.from((await Body?.transformToByteArray()) ?? [])
    },
    async tags(Key) {
      const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket, Key }))
      return Object.fromEntries(TagSet.map(({ Key: name = '', Value = '' }) => [name, Value]))
    },
    fill: (prefix, objects) =>
      times(objects, (i) =>
        client.send(new PutObjectCommand({ Bucket, Key: `${prefix}${i}.age`, Body: 'x' })),
      ),
    strand: (prefix, uploads) =>
      times(uploads, (i) =>
        client.send(new CreateMultipartUploadCommand({ Bucket, Key: `${prefix}${i}.age` })),
      ),
  }
}

describeObjectStore('the S3 object store on Ceph RGW', async () => {
  const bucket = await createTestBucket({ objectLock: true })
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  const config = { endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } }
  const store = openS3ObjectStore({ ...config, bucket: bucket.bucket })
  const broken = openS3ObjectStore({ ...config, bucket: 'no-such-bucket' })
  return {
    store,
    broken,
    raw: rawBucket(bucket),
    async close() {
      store.close()
      broken.close()
      await bucket.destroy()
    },
  }
})

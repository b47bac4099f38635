import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { GetObjectCommand, ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type Fault, type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts'

const PART = 5 * 1024 * 1024
const never = new AbortController().signal
const BUSY: Fault = { kind: 'status', status: 503, code: 'SlowDown' }

describe('the S3 store behind a network that fails', () => {
  let bucket: TestBucket
  let proxy: FaultyProxy
  let store: ObjectStore
  let key: string
  beforeAll(async () => {
    bucket = await createTestBucket({ versioning: true })
    proxy = await startFaultyProxy(bucket.endpoint)
    const { region, accessKeyId, secretAccessKey } = bucket
    store = openS3ObjectStore({
      bucket: bucket.bucket,
      region,
      endpoint: proxy.endpoint,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    })
  })
  afterAll(async () => {
    store.close()
    await proxy.stop()
    await bucket.destroy()
  })
  beforeEach(() => {
    key = `recordings/${randomUUID()}/original.age`
    proxy.fault = () => undefined
    proxy.seen.length = 0
  })

  /** Lets the first requests that match fail, then all pass. */
  function failFirst(times: number, matches: RegExp, fault: Fault): void {
    let left = times
    proxy.fault = (method, url) => (matches.test(`${method} ${url}`) && left-- > 0 ? fault : undefined)
  }

  const put = (bytes: Buffer) => store.put(key, Readable.from([bytes]), never)

  async function expectOnly(bytes: Buffer, versionId: string): Promise<void> {
    const at = { Bucket: bucket.bucket, Key: key }
    const { Body } = await bucket.client.send(new GetObjectCommand(at))
    const stored = Buffer.from((await Body?.transformToByteArray()) ?? [])
    const sha256 = (of: Buffer) => createHash('sha256').update(of).digest('hex')
    expect(sha256(stored)).toBe(sha256(bytes))
    const { versions, uploads } = await leftovers()
    expect(versions).toEqual([versionId])
    expect(uploads).toEqual([])
  }

  async function leftovers() {
    const at = { Bucket: bucket.bucket, Prefix: key }
    const { Versions = [] } = await bucket.client.send(new ListObjectVersionsCommand(at))
    const { Uploads = [] } = await bucket.client.send(new ListMultipartUploadsCommand(at))
    return { versions: Versions.map(({ VersionId }) => VersionId), uploads: Uploads.map(({ Key }) => Key) }
  }

  it.each<[string, Fault]>([
    ['is busy', BUSY],
    ['stumbles', { kind: 'status', status: 500, code: 'InternalError' }],
    ['breaks the connection', { kind: 'reset' }],
    ['does its work but its answer is lost', { kind: 'lose-answer' }],
  ])('stores each object once when the store %s', async (_what, fault) => {
    for (const size of [1000, 2 * PART + 1000]) {
      key = `recordings/${randomUUID()}/original.age`
      const bytes = randomBytes(size)
      failFirst(2, /PUT/, fault)
      const { versionId } = await put(bytes)
      await expectOnly(bytes, versionId)
    }
  })

  it.each(['POST .*uploads', 'POST .*uploadId'])(
    'stores once when the answer to %s is lost',
    async (step) => {
      const bytes = randomBytes(PART + 1000)
      failFirst(1, new RegExp(step), { kind: 'lose-answer' })
      const { versionId } = await put(bytes)
      await expectOnly(bytes, versionId)
    },
  )

  it.each([1000, 2 * PART])('leaves nothing of %i bytes when every put fails', async (size) => {
    proxy.fault = (method) => (method === 'PUT' ? BUSY : undefined)
    await expect(put(randomBytes(size))).rejects.toMatchObject({
      name: 'ObjectStoreError',
      kind: 'unavailable',
    })
    expect(await leftovers()).toEqual({ versions: [], uploads: [] })
    expect(proxy.seen.filter((line) => line.startsWith('PUT'))).toHaveLength(4)
  })

  it.each([1000, 2 * PART])(
    'leaves nothing of %i bytes when the answer to every put is lost',
    async (size) => {
      proxy.fault = (method) => (method === 'PUT' ? { kind: 'lose-answer' } : undefined)
      await expect(put(randomBytes(size))).rejects.toMatchObject({ name: 'ObjectStoreError' })
      expect(await leftovers()).toEqual({ versions: [], uploads: [] })
    },
  )

  it('keeps an older version when a put fails whose answers were lost', async () => {
    const first = await put(Buffer.from('first'))
    proxy.fault = (method) => (method === 'PUT' ? { kind: 'lose-answer' } : undefined)
    await expect(put(Buffer.from('second'))).rejects.toThrow()
    await expectOnly(Buffer.from('first'), first.versionId)
  })

  it('opens a span at the second or third try', async () => {
    const bytes = randomBytes(100_000)
    await put(bytes)
    for (const fault of [BUSY, { kind: 'reset' } as const]) {
      failFirst(2, /GET/, fault)
      const got = await buffer(await store.open(key, { offset: 10, length: 1000 }, never))
      expect(got.equals(bytes.subarray(10, 1010))).toBe(true)
    }
  })

  it('fails a reader whose connection breaks, instead of ending early', async () => {
    await put(randomBytes(1_000_000))
    proxy.fault = (method) => (method === 'GET' ? { kind: 'cut', afterBytes: 300_000 } : undefined)
    const stream = await store.open(key, { offset: 0, length: 1_000_000 }, never)
    await expect(buffer(stream)).rejects.toThrow()
  })

  it('hands out no bytes when the answer is not the span that was asked for', async () => {
    await put(randomBytes(1000))
    proxy.fault = (method) => (method === 'GET' ? { kind: 'claim-whole' } : undefined)
    await expect(store.open(key, { offset: 10, length: 5 }, never)).rejects.toMatchObject({
      kind: 'unavailable',
    })
  })

  it('does not repeat what the store refused', async () => {
    proxy.fault = () => ({ kind: 'status', status: 403, code: 'AccessDenied' })
    const denied = expect.objectContaining({ name: 'ObjectStoreError', kind: 'denied' })
    await expect(store.open(key, { offset: 0, length: 1 }, never)).rejects.toEqual(denied)
    await expect(store.head(key)).rejects.toEqual(denied)
    expect(proxy.seen.filter((line) => line.startsWith('GET'))).toHaveLength(1)
  })

  it('says that the store is full', async () => {
    proxy.fault = (method) =>
      method === 'PUT' ? { kind: 'status', status: 403, code: 'QuotaExceeded' } : undefined
    await expect(put(randomBytes(10))).rejects.toMatchObject({ kind: 'full' })
  })

  it('does not take a failing store for an empty one', async () => {
    proxy.fault = () => BUSY
    const failed = expect.objectContaining({ name: 'ObjectStoreError', kind: 'unavailable' })
    await expect(store.head(key)).rejects.toEqual(failed)
    const listing = async () => {
      for await (const page of store.listVersions('recordings/')) expect(page).toBeDefined()
    }
    await expect(listing()).rejects.toEqual(failed)
  })

  it('gives up at once when the caller does', async () => {
    proxy.fault = () => BUSY
    const leaving = new AbortController()
    const opening = store.open(key, { offset: 0, length: 1 }, leaving.signal)
    setTimeout(() => leaving.abort(), 50)
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('asks again when the store takes a request and never answers', async () => {
    await put(Buffer.from('patience'))
    failFirst(1, /GET/, { kind: 'stall' })
    const got = await buffer(await store.open(key, { offset: 0, length: 8 }, never))
    expect(got.toString()).toBe('patience')
  })

  it('closes the connection of a reader that left', async () => {
    await put(randomBytes(2 * PART))
    const leaving = new AbortController()
    const stream = await store.open(key, { offset: 0, length: 2 * PART }, leaving.signal)
    stream.on('error', () => undefined)
    const before = proxy.openSockets()
    leaving.abort()
    await expect.poll(() => proxy.openSockets()).toBeLessThan(before)
  })
})

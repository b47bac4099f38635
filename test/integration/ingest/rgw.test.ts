import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MIB } from '../../../src/kernel/units.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { audioPart, formBody, metadataPart, wav } from './form.ts'
import {
  contents,
  deliver,
  eventually,
  type IngestApp,
  metadata,
  NOTHING,
  rawRequest,
  startIngestApp,
} from './ingest-app.ts'

let app: IngestApp
let bucket: TestBucket
beforeAll(async () => {
  bucket = await createTestBucket({ versioning: true })
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  app = await startIngestApp({
    maxBytes: 64 * MIB,
    store: () =>
      openS3ObjectStore({
        bucket: bucket.bucket,
        endpoint,
        region,
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey },
      }),
  })
})
afterAll(async () => {
  app.store.close()
  await app.close()
  await bucket.destroy()
})

const large = Buffer.concat([wav(1), Buffer.alloc(20 * MIB, 9)])

describe('ingest into a real S3 store', () => {
  afterEach(async () => {
    await eventually(() => app.inFlight.size === 0, 'no upload runs')
  })

  it('leaves no version and no multipart upload of a refused or broken delivery', async () => {
    const refused = await deliver(app, metadata(app, { sha256: '0'.repeat(64) }), large)
    expect([refused.status, refused.body.code]).toEqual([422, 'hash_mismatch'])
    expect(await contents(app)).toEqual(NOTHING)

    const body = formBody([metadataPart(metadata(app)), audioPart(large)])
    const request = await rawRequest(app, { 'Content-Length': String(body.length) })
    await new Promise((resolve) => request.socket.write(body.subarray(0, 18 * MIB), resolve))
    await eventually(async () => (await contents(app)).uploads === 1, 'a multipart upload is open')
    request.socket.resetAndDestroy()
    await eventually(() => app.inFlight.size === 0, 'the upload has ended')
    expect(await contents(app)).toEqual(NOTHING)
  })

  it.each([
    ['small', wav(3)],
    ['multipart', large],
  ])('stores a %s call with its tags, and the same again adds nothing', async (_name, audio) => {
    const call = metadata(app)
    const { status, body } = await deliver(app, call, audio)
    expect(status).toBe(201)
    expect(body.audio.sha256).toBe(createHash('sha256').update(audio).digest('hex'))
    expect(await app.store.tags(renditionKey(body.id, 'original'))).toMatchObject({
      purpose: 'training_coaching',
      'retain-until': body.keepUntil,
      hold: 'none',
    })
    const before = await contents(app)
    expect((await deliver(app, call, audio)).status).toBe(200)
    expect(await contents(app)).toEqual(before)
  })
})

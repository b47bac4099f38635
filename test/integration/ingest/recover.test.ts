import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ObjectStoreError } from '../../../src/storage/object-store.ts'
import { audioPart, formBody, metadataPart, wav } from './form.ts'
import {
  auditTrail,
  contents,
  eventually,
  type IngestApp,
  layered,
  metadata,
  NOTHING,
  post,
  type RawRequest,
  rawRequest,
  startIngestApp,
  storedFiles,
} from './ingest-app.ts'

let first: IngestApp
let second: IngestApp
let storeFails = false

beforeEach(async () => {
  storeFails = false
  const refuse = () => {
    throw new ObjectStoreError('unavailable', 'the test says so')
  }
  first = await startIngestApp({
    store: (files) =>
      layered(files, {
        listVersions: (prefix) => (storeFails ? refuse() : files.listVersions(prefix)),
        setTags: (key, tags) => (storeFails ? Promise.resolve().then(refuse) : files.setTags(key, tags)),
      }),
  })
  second = await startIngestApp({ beside: first })
})
afterEach(async () => {
  await second.close()
  await first.close()
})

/** An upload of which a part has arrived and is on its way into the store. */
async function halfAnUpload(key: string): Promise<{ request: RawRequest; body: Buffer }> {
  const body = formBody([metadataPart(metadata(first)), audioPart(wav(60))])
  const headers = { 'Content-Length': String(body.length), 'Idempotency-Key': key }
  const request = await rawRequest(first, headers)
  request.socket.write(body.subarray(0, 500_000))
  await eventually(async () => (await contents(second)).uploads === 1, 'an upload in the store')
  return { request, body }
}

describe('recovery of uploads that never ended', () => {
  it('leaves a live upload alone, however often it runs and wherever', async () => {
    const { request, body } = await halfAnUpload(randomUUID())
    expect(await first.recoverIngests()).toEqual({ abandoned: 0, failed: 0 })
    expect(await second.recoverIngests()).toEqual({ abandoned: 0, failed: 0 })
    request.socket.write(body.subarray(500_000))
    await eventually(() => request.answer().includes('}'), 'an answer')
    request.socket.destroy()
    expect(request.answer()).toMatch(/^HTTP\/1.1 201 /)
  })

  it('undoes the upload of an instance that is gone; that instance, should it live, cannot confirm it', async () => {
    const { request, body } = await halfAnUpload(randomUUID())
    await first.instance.close()
    expect(await second.recoverIngests()).toEqual({ abandoned: 1, failed: 0 })
    expect(await contents(second)).toEqual(NOTHING)
    expect((await auditTrail(second)).at(-1)).toBe('recording.ingest_abandoned')
    expect(await second.recoverIngests()).toEqual({ abandoned: 0, failed: 0 })
    request.socket.write(body.subarray(500_000))
    await eventually(() => request.answer().includes('}'), 'an answer')
    expect(request.answer()).toMatch(/^HTTP\/1.1 503 /)
    request.socket.destroy()
    await eventually(() => first.inFlight.size === 0, 'the upload has ended')
    expect(await contents(second)).toEqual(NOTHING)
    expect(await storedFiles(second)).toEqual([])
  })

  it('is shared by several instances without doing anything twice', async () => {
    await Promise.all(Array.from({ length: 5 }, () => halfOf()))
    await first.instance.close()
    const third = await startIngestApp({ beside: first })
    const results = await Promise.all([
      second.recoverIngests(),
      third.recoverIngests(),
      second.recoverIngests(),
    ])
    expect(results.reduce((sum, { abandoned }) => sum + abandoned, 0)).toBe(5)
    expect((await auditTrail(second)).filter((type) => type === 'recording.ingest_abandoned')).toHaveLength(5)
    expect((await contents(second)).recording).toBe(0)
    await third.close()
  })

  it('lets the sender deliver again at once, without waiting for the next run', async () => {
    const key = randomUUID()
    const { request, body } = await halfAnUpload(key)
    await first.instance.close()
    const again = await post(second, body, { headers: { 'idempotency-key': key } })
    expect(again.status).toBe(201)
    expect((await post(second, body, { headers: { 'idempotency-key': key } })).status).toBe(200)
    expect((await contents(second)).recording).toBe(1)
    request.socket.destroy()
  })

  it('finishes in the same process what a failing store did not let it clean up', async () => {
    const body = formBody([metadataPart(metadata(first)), audioPart(wav(2))])
    storeFails = true
    expect((await post(first, body)).status).toBe(503)
    expect(
      (await first.db.selectFrom('recording').select('status').execute()).map(({ status }) => status),
    ).toEqual(['receiving'])
    expect(await first.recoverIngests()).toEqual({ abandoned: 0, failed: 1 })
    expect((await post(first, body)).body.code).toBe('upload_in_progress')
    storeFails = false
    expect(await first.recoverIngests()).toEqual({ abandoned: 1, failed: 0 })
    expect(await contents(first)).toEqual(NOTHING)
    expect(await storedFiles(first)).toEqual([])
    expect((await post(first, body)).status).toBe(201)
  })
})

async function halfOf(): Promise<void> {
  const body = formBody([metadataPart(metadata(first)), audioPart(wav(60))])
  const request = await rawRequest(first, { 'Content-Length': String(body.length) })
  const before = first.inFlight.size
  request.socket.write(body.subarray(0, 500_000))
  await eventually(() => first.inFlight.size > before || first.inFlight.size === 5, 'an upload runs')
  await eventually(async () => (await contents(second)).uploads === 5, 'all are in the store')
}

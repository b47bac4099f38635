import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { KIB, MIB, SECOND } from '../../../src/kernel/units.ts'
import { type ObjectStore, ObjectStoreError } from '../../../src/storage/object-store.ts'
import { findFile } from './find-file.ts'
import {
  addRecording,
  asMember,
  auditOf,
  type ListeningApp,
  NOW,
  startListeningApp,
} from './listening-app.ts'

/** What the store is doing, seen from between it and the service. */
const upstream = { open: 0, bytes: 0, fault: undefined as 'down' | 'hang' | 'missing' | undefined }

/** The real store; only what leaves it is counted, or kept from leaving. */
const observed = (files: ObjectStore): ObjectStore =>
  new Proxy(files, {
    get(target, name) {
      if (name === 'open') return openObserved
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
let files: ObjectStore
const openObserved: ObjectStore['open'] = async (key, span, signal) => {
  if (upstream.fault === 'down') throw new ObjectStoreError('unavailable', 'connection refused')
  if (upstream.fault === 'missing') throw new ObjectStoreError('missing', 'no such key')
  if (upstream.fault === 'hang') return hang(signal)
  const source = await files.open(key, span, signal)
  upstream.open += 1
  source.once('close', () => {
    upstream.open -= 1
  })
  source.on('data', (chunk: Buffer) => {
    upstream.bytes += chunk.length
  })
  return source.pause()
}
const hang = (signal: AbortSignal): Readable => {
  const silent = new PassThrough()
  signal.addEventListener('abort', () => silent.destroy())
  return silent
}

let app: ListeningApp
beforeAll(async () => {
  app = await startListeningApp({
    store: (real) => {
      files = real
      return observed(real)
    },
  })
})
afterEach(() => {
  app.clock.set(NOW)
  upstream.fault = undefined
})
afterAll(() => app.close())

const path = (id: string, query = ''): string => `/v1/recordings/${id}/audio${query}`
const ask = async (id: string, headers: Record<string, string>, query = ''): Promise<IncomingMessage> => {
  const request = get(app.url + path(id, query), { headers, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code
const endOf = async (id: string) => {
  const events = await auditOf(app, id, 2)
  const end = events.find(({ type }) => type === 'recording.audio_delivered')
  return end && { code: end.code, outcome: end.outcome, sent: Number(end.detail.sent) }
}

/** Reads to the end or to the break, and says which. */
async function readAll(response: IncomingMessage): Promise<{ bytes: number; isComplete: boolean }> {
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  response.resume()
  await once(response, 'close').catch(() => {})
  return { bytes, isComplete: response.complete }
}

/** The value once it has not changed for a second. */
async function steady(value: () => number): Promise<number> {
  for (let before = value(); ; before = value()) {
    await sleep(SECOND)
    if (value() === before) return before
  }
}

describe('a listener who leaves', () => {
  it('after 200 aborted seeks leaves nothing open, and the next request is served at once', async () => {
    const { id, audio } = await addRecording(app, { audio: randomBytes(4 * MIB) })
    for (let seek = 0; seek < 200; seek++) {
      const stop = new AbortController()
      const headers = { ...asMember(app), range: `bytes=${seek * 20_000}-` }
      const request = fetch(app.url + path(id), { headers, signal: stop.signal })
      if (seek % 3 === 0) setTimeout(() => stop.abort(), seek % 7)
      else await request.then(() => stop.abort())
      await request.catch(() => {})
    }
    const good = await fetch(app.url + path(id), {
      headers: { ...asMember(app), range: 'bytes=0-99' },
      signal: AbortSignal.timeout(SECOND),
    })
    expect(Buffer.from(await good.arrayBuffer()).equals(audio.subarray(0, 100))).toBe(true)
    await expect.poll(() => upstream.open, { timeout: 5 * SECOND }).toBe(0)
  })

  it('is recorded with what was sent, as nobody’s failure', async () => {
    const { id } = await addRecording(app, { audio: randomBytes(24 * MIB) })
    const response = await ask(id, asMember(app))
    await once(response, 'data')
    response.destroy()
    const end = await endOf(id)
    expect(end).toMatchObject({ code: 'aborted', outcome: 'ok' })
    expect(end?.sent).toBeLessThan(24 * MIB)
  })

  it('who reads slowly holds the store back instead of filling memory', async () => {
    const { id } = await addRecording(app, { audio: randomBytes(48 * MIB) })
    upstream.bytes = 0
    const response = await ask(id, asMember(app))
    response.pause()
    // What fits into socket buffers and the stages between, and then nothing more.
    const after = await steady(() => upstream.bytes)
    expect(after).toBeLessThan(16 * MIB)
    expect(await readAll(response)).toEqual({ bytes: 48 * MIB, isComplete: true })
  })
})

describe('a damaged or absent object', () => {
  /** Turns over one bit of the stored file. */
  async function flipBit(objectKey: string, at: number): Promise<void> {
    const file = await open(await findFile(app.directory, objectKey), 'r+')
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, at)
    byte[0] = (byte[0] ?? 0) ^ 1
    await file.write(byte, 0, 1, at)
    await file.close()
  }

  it('in its first chunk is answered with 502 and not one byte of audio', async () => {
    const { id, objectKey } = await addRecording(app, { audio: randomBytes(100 * KIB) })
    await flipBit(objectKey, 10_000)
    const response = await fetch(app.url + path(id), { headers: asMember(app) })
    expect(response.status).toBe(502)
    expect(response.headers.get('content-type')).toContain('problem+json')
    expect(response.headers.get('etag')).toBeNull()
    expect(await codeOf(response)).toBe('damaged_recording')
    expect(await endOf(id)).toEqual({ code: 'damaged_recording', outcome: 'error', sent: 0 })
  })

  it('in a later chunk breaks the connection before that chunk', async () => {
    const { id, objectKey } = await addRecording(app, { audio: randomBytes(MIB) })
    await flipBit(objectKey, 5 * 64 * KIB + 5000)
    const { bytes, isComplete } = await readAll(await ask(id, asMember(app)))
    expect(isComplete).toBe(false)
    expect(bytes).toBeLessThanOrEqual(5 * 64 * KIB)
    expect(await endOf(id)).toMatchObject({ code: 'damaged_recording', outcome: 'error' })
  })

  it('outside the range asked for does not matter', async () => {
    const { id, objectKey, audio } = await addRecording(app, { audio: randomBytes(MIB) })
    await flipBit(objectKey, 5 * 64 * KIB + 5000)
    const response = await fetch(app.url + path(id), {
      headers: { ...asMember(app), range: 'bytes=0-99999' },
    })
    expect(Buffer.from(await response.arrayBuffer()).equals(audio.subarray(0, 100_000))).toBe(true)
  })

  it('that the store does not have is 502, for it is lost', async () => {
    const { id } = await addRecording(app)
    upstream.fault = 'missing'
    expect((await fetch(app.url + path(id), { headers: asMember(app) })).status).toBe(502)
  })
})

describe('a store that is out of order', () => {
  it('is answered with 503 before the head when it is down, and works again afterwards', async () => {
    const { id } = await addRecording(app)
    upstream.fault = 'down'
    const response = await fetch(app.url + path(id), { headers: asMember(app) })
    expect([response.status, await codeOf(response)]).toEqual([503, 'unavailable'])
    upstream.fault = undefined
    const again = await fetch(app.url + path(id), { headers: asMember(app) })
    expect(again.status).toBe(200)
    await again.arrayBuffer()
  })

  it('is given ten seconds for the first byte', async () => {
    const { id } = await addRecording(app)
    upstream.fault = 'hang'
    const response = await fetch(app.url + path(id), {
      headers: asMember(app),
      signal: AbortSignal.timeout(15 * SECOND),
    })
    expect(response.status).toBe(503)
    expect(await endOf(id)).toMatchObject({ code: 'unavailable', sent: 0 })
  })
})

describe('an audit that cannot be written', () => {
  it('keeps every byte back: 503 while the table is locked, and audio again afterwards', async () => {
    const { id } = await addRecording(app)
    const blocker = new pg.Client({ connectionString: app.databaseUrl })
    await blocker.connect()
    await blocker.query('begin; lock table audit_event in access exclusive mode')
    const response = await fetch(app.url + path(id), { headers: asMember(app) })
    expect([response.status, await codeOf(response)]).toEqual([503, 'unavailable'])
    await blocker.query('rollback')
    await blocker.end()
    const again = await fetch(app.url + path(id), { headers: asMember(app) })
    expect(again.status).toBe(200)
    await again.arrayBuffer()
  })

  it('keeps every byte back when the insert is refused', async () => {
    const { id } = await addRecording(app)
    await app.pool.query(`alter table audit_event add constraint refuse check (recording_id <> '${id}')`)
    const response = await fetch(app.url + path(id), { headers: asMember(app) })
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toContain('problem+json')
    await response.body?.cancel()
    await app.pool.query('alter table audit_event drop constraint refuse')
  })
})

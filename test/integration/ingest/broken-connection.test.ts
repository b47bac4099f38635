import { readdirSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { KIB, MIB, SECOND } from '../../../src/kernel/units.ts'
import { audioPart, formBody, metadataPart, wav } from './form.ts'
import {
  auditTrail,
  contents,
  deliver,
  eventually,
  type IngestApp,
  layered,
  metadata,
  NOTHING,
  rawRequest,
  startIngestApp,
  storedFiles,
} from './ingest-app.ts'

let app: IngestApp
let impatient: IngestApp
beforeAll(async () => {
  app = await startIngestApp()
  impatient = await startIngestApp({ rate: { bytesPerSecond: KIB, windowMs: 600 }, beside: app })
})
afterAll(async () => {
  await impatient.close()
  await app.close()
})

const isIdle = () =>
  app.slots.active() + impatient.slots.active() + app.inFlight.size + impatient.inFlight.size === 0

afterEach(async () => {
  await eventually(isIdle, 'no upload runs')
  expect(await contents(app)).toEqual(NOTHING)
  expect(await storedFiles(app)).toEqual([])
})

const form = (audio: Buffer = Buffer.concat([wav(1), Buffer.alloc(2 * MIB, 3)])): Buffer =>
  formBody([metadataPart(metadata(app)), audioPart(audio)])

describe('a connection that breaks during an upload leaves nothing', () => {
  it.each([0.01, 0.5, 0.999])('reset after %d of the body', async (share) => {
    const body = form()
    const { socket } = await rawRequest(app, { 'Content-Length': String(body.length) })
    await new Promise((resolve) => socket.write(body.subarray(0, Math.floor(body.length * share)), resolve))
    await eventually(() => app.inFlight.size === 1, 'the upload has begun')
    socket.resetAndDestroy()
    await eventually(isIdle, 'the upload has ended')
    expect((await auditTrail(app)).at(-1)).toBe('recording.ingest_refused:incomplete_upload')
  })

  it('reset within the metadata', async () => {
    const { socket } = await rawRequest(app, { 'Content-Length': '100000' })
    await new Promise((resolve) => socket.write(form().subarray(0, 150), resolve))
    await eventually(() => app.slots.active() === 1, 'the upload has begun')
    socket.resetAndDestroy()
  })

  it('closed in order, but before the promised length', async () => {
    const body = form(wav(2))
    const { socket, closed } = await rawRequest(app, { 'Content-Length': String(body.length + 10) })
    socket.end(body.subarray(0, body.length - 20))
    await closed()
  })

  it('closed between the parts and the end of the form', async () => {
    const body = form(wav(2))
    const { socket } = await rawRequest(app, { 'Content-Length': String(body.length) })
    await new Promise((resolve) => socket.write(body.subarray(0, body.length - 4), resolve))
    await eventually(() => app.inFlight.size === 1, 'the upload has begun')
    socket.resetAndDestroy()
  })

  it('a malformed chunk in the middle', async () => {
    const body = form(wav(4))
    const { socket, closed } = await rawRequest(app, { 'Transfer-Encoding': 'chunked' })
    socket.write(
      Buffer.concat([Buffer.from('4000\r\n'), body.subarray(0, 0x4000), Buffer.from('\r\nZZ\r\n')]),
    )
    await closed()
  })

  it('a hundred of them leave no descriptor behind', async () => {
    const audio = Buffer.concat([wav(1), Buffer.alloc(2 * MIB, 3)])
    const length = form(audio).length
    const descriptors = () => readdirSync('/proc/self/fd').length
    const before = descriptors()
    for (let round = 0; round < 10; round += 1) {
      const requests = await Promise.all(
        Array.from({ length: 10 }, () => rawRequest(app, { 'Content-Length': String(length) })),
      )
      for (const { socket } of requests) socket.write(form(audio).subarray(0, length / 3))
      await eventually(() => app.slots.active() === 10, 'ten uploads run')
      for (const { socket } of requests) socket.resetAndDestroy()
      await eventually(isIdle, 'all have ended')
    }
    await eventually(() => descriptors() <= before + 10, 'descriptors are closed')
  })
})

describe('a sender that is too slow', () => {
  it('is told so when it stalls in the audio', async () => {
    const body = form()
    const { socket, closed } = await rawRequest(impatient, { 'Content-Length': String(body.length) })
    socket.write(body.subarray(0, 100 * KIB))
    const answer = await closed()
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(answer).toContain('upload_too_slow')
    // A connection that an earlier test broke may be accounted for after this one.
    expect(await auditTrail(app)).toContain('recording.ingest_refused:upload_too_slow')
  })

  it('is told so when it sends a byte at a time, in the metadata or before it', async () => {
    const { socket, closed } = await rawRequest(impatient, { 'Content-Length': '100000' })
    const drip = setInterval(() => socket.write('-'), 50)
    const answer = await closed()
    clearInterval(drip)
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
  })

  it('is told so when only the closing boundary is missing', async () => {
    const body = form(wav(2))
    const { socket, closed } = await rawRequest(impatient, { 'Content-Length': String(body.length) })
    socket.write(body.subarray(0, body.length - 4))
    expect(await closed()).toMatch(/^HTTP\/1.1 408 /)
  })
})

describe('a slow store', () => {
  it('is not held against the sender', async () => {
    const slow = await startIngestApp({
      rate: { bytesPerSecond: MIB, windowMs: 300 },
      store: (files) =>
        layered(files, {
          async put(...args) {
            await new Promise((resolve) => setTimeout(resolve, 1.5 * SECOND))
            return await files.put(...args)
          },
        }),
    })
    const { status } = await deliver(slow, metadata(slow), Buffer.concat([wav(1), Buffer.alloc(5 * MIB)]))
    expect(status).toBe(201)
    await slow.close()
  })
})

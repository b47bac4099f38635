import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GIB, KIB } from '../../../src/kernel/units.ts'
import { persons } from '../../support/tokens.ts'
import { audioPart, BOUNDARY, formBody, metadataPart, wav } from './form.ts'
import {
  auditTrail,
  contents,
  deliver,
  eventually,
  type IngestApp,
  metadata,
  NOTHING,
  post,
  rawRequest,
  startIngestApp,
} from './ingest-app.ts'

let app: IngestApp
beforeAll(async () => {
  app = await startIngestApp({ maxBytes: 200 * KIB, slots: { total: 3, perCaller: 2 } })
})
afterAll(() => app.close())
afterEach(async () => {
  await eventually(() => app.slots.active() === 0, 'all slots are free')
  expect(await contents(app)).toEqual(NOTHING)
})

/** Sends only a head and waits for the answer: whoever answers now has not waited for the body. */
async function answerToHead(headers: Record<string, string>): Promise<string> {
  const { closed } = await rawRequest(app, headers)
  return await closed()
}

describe('what the request head alone shows is refused before the body is read', () => {
  it('a missing or forged credential', async () => {
    for (const Authorization of ['', 'Bearer x.y.z', 'Basic cmVjb3JkZXI6cHc=']) {
      expect(await answerToHead({ Authorization, 'Content-Length': '1000' })).toMatch(/^HTTP\/1.1 401 /)
    }
  })

  it('a role that delivers no recordings, and the denial is audited', async () => {
    const member = app.issuer.token(persons.member('M-1'))
    const answer = await answerToHead({ Authorization: `Bearer ${member}`, 'Content-Length': '1000' })
    expect(answer).toMatch(/^HTTP\/1.1 403 /)
    expect((await auditTrail(app)).at(-1)).toBe('recording.ingest_refused:forbidden')
  })

  it('a body that says it is larger than the limit', async () => {
    for (const length of [400 * KIB, 5 * GIB]) {
      const answer = await answerToHead({ 'Content-Length': String(length) })
      expect(answer).toMatch(/^HTTP\/1.1 413 /)
      expect(answer).toMatch(/\r\nConnection: close\r\n/i)
      expect(answer).toContain('"code":"too_large"')
    }
  })

  it('a body without length', async () => {
    expect(await answerToHead({ Connection: 'close' })).toMatch(/^HTTP\/1.1 411 /)
  })

  it.each([
    ['plain text', 'text/plain'],
    ['another multipart', `multipart/mixed; boundary=${BOUNDARY}`],
    ['no boundary', 'multipart/form-data'],
    ['an empty boundary', 'multipart/form-data; boundary='],
    ['a boundary of 252 bytes', `multipart/form-data; boundary=${'b'.repeat(252)}`],
    ['nothing', ''],
  ])('a content type that is no upload form: %s', async (_name, type) => {
    expect(await answerToHead({ 'Content-Type': type, 'Content-Length': '1000' })).toMatch(/^HTTP\/1.1 415 /)
  })

  it('a compressed body', async () => {
    const headers = { 'Content-Encoding': 'gzip', 'Content-Length': '1000' }
    expect(await answerToHead(headers)).toMatch(/^HTTP\/1.1 415 /)
  })

  it.each([
    ['an unknown coding', { 'Transfer-Encoding': 'xchunked' }],
    ['a coding in front of chunked', { 'Transfer-Encoding': 'gzip, chunked' }],
    ['both length and coding', { 'Transfer-Encoding': 'chunked', 'Content-Length': '5' }],
    ['two lengths', { 'Content-Length': '5\r\nContent-Length: 6' }],
    ['a space before the colon', { 'Transfer-Encoding ': 'chunked' }],
    ['a folded line', { 'Content-Length': '5\r\n 6' }],
    ['a length that is no number', { 'Content-Length': '-5' }],
  ])('a body whose length two readers could read differently: %s', async (_name, headers) => {
    expect(await answerToHead(headers)).toMatch(/^HTTP\/1.1 400 /)
  })

  it('a head without end', async () => {
    expect(await answerToHead({ 'X-Long': 'x'.repeat(40_000), 'Content-Length': '5' })).toMatch(
      /^HTTP\/1.1 431 /,
    )
  })

  it.each([['ü'], ['a b'], ['x'.repeat(201)], ['a\r\nIdempotency-Key: b'], ['']])(
    'an idempotency key that is not printable, bounded and single: %j',
    async (key) => {
      const answer = await answerToHead({ 'Idempotency-Key': key, 'Content-Length': '1000' })
      expect(answer).toMatch(/^HTTP\/1.1 400 /)
    },
  )

  it('more uploads at a time than one caller may have, while another caller goes on', async () => {
    const running = await Promise.all([1, 2].map(() => rawRequest(app, { 'Content-Length': '5000' })))
    await eventually(() => app.slots.active() === 2, 'two uploads run')
    const answer = await answerToHead({ 'Content-Length': '1000' })
    expect(answer).toMatch(/^HTTP\/1.1 429 /)
    expect(answer).toMatch(/\r\nRetry-After: \d+\r\n/)
    const other = await deliver(app, metadata(app, { purposes: ['marketing'] }), wav(1), {
      token: app.importer,
    })
    expect(other.status).toBe(422)
    const third = await rawRequest(app, { Authorization: `Bearer ${app.importer}`, 'Content-Length': '5000' })
    await eventually(() => app.slots.active() === 3, 'three uploads run')
    const stranger = app.issuer.token(persons.importer({ sub: 'importer-2' }))
    const full = await answerToHead({ Authorization: `Bearer ${stranger}`, 'Content-Length': '1000' })
    expect(full).toMatch(/^HTTP\/1.1 429 /)
    for (const { socket } of [...running, third]) socket.destroy()
  })
})

describe('a sender that does not stop at a refusal', () => {
  it('reads the answer, and is cut off soon after', async () => {
    const request = await rawRequest(app, { 'Transfer-Encoding': 'chunked', 'Content-Type': 'text/plain' })
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    let sent = 0
    while (!request.socket.closed && sent < 4000) {
      sent += 1
      if (!request.socket.write(chunk)) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(await request.closed()).toMatch(/^HTTP\/1.1 415 /)
    expect(sent).toBeLessThan(4000)
  })

  it('gets 413 for a chunked body that grows beyond the limit in whatever part', async () => {
    const parts: Record<string, Buffer> = {
      audio: formBody([
        metadataPart(metadata(app)),
        audioPart(Buffer.concat([wav(1), Buffer.alloc(900 * KIB)])),
      ]),
      epilogue: Buffer.concat([formBody([metadataPart(metadata(app))]), Buffer.alloc(900 * KIB)]),
      preamble: Buffer.concat([Buffer.alloc(900 * KIB), formBody([metadataPart(metadata(app))])]),
    }
    for (const body of Object.values(parts)) {
      const request = await rawRequest(app, { 'Transfer-Encoding': 'chunked' })
      request.socket.write(
        Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]),
      )
      expect(await request.closed()).toMatch(/^HTTP\/1.1 413 /)
    }
  })

  it('gets the answer with fetch too, which writes the whole body first', async () => {
    const body = formBody([metadataPart(metadata(app, { direction: 'up' })), audioPart(wav(5))])
    for (let i = 0; i < 20; i += 1) expect((await post(app, body)).status).toBe(422)
  })

  it('may send several requests on one connection when the first one was read to its end', async () => {
    const body = formBody([metadataPart(metadata(app))])
    const socket = connect(app.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1')
    })
    const head = [
      'POST /v1/recordings HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${app.recorder}`,
      `Content-Type: multipart/form-data; boundary=${BOUNDARY}`,
      `Content-Length: ${body.length}`,
    ].join('\r\n')
    for (let i = 0; i < 3; i += 1) socket.write(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]))
    await eventually(() => answer.split('HTTP/1.1 400').length === 4, 'three answers')
    socket.destroy()
  })
})

import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { KIB, MIB } from '../../../src/kernel/units.ts'
import { persons } from '../../support/tokens.ts'
import {
  addRecording,
  asMember,
  auditOf,
  bearer,
  type ListeningApp,
  NOW,
  startListeningApp,
} from './listening-app.ts'

let app: ListeningApp
beforeAll(async () => {
  app = await startListeningApp()
})
afterEach(() => app.clock.set(NOW))
afterAll(() => app.close())

const audioUrl = (id: string, query = ''): string => `${app.url}/v1/recordings/${id}/audio${query}`
const CASE = '?purpose=fraud_prevention&caseRef=C-1'
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())
const problemOf = async (response: Response) => ((await response.json()) as { code: string }).code

/** Headers that must not differ between GET and HEAD; the rest changes with every answer. */
function steadyHeaders(response: Response): Record<string, string> {
  const headers = Object.fromEntries(response.headers)
  for (const name of ['date', 'x-request-id', 'connection', 'keep-alive']) delete headers[name]
  return headers
}

describe('audio of a recording', () => {
  it('is what was recorded, with headers that keep it out of caches and of other pages', async () => {
    const { id, audio } = await addRecording(app, { audio: randomBytes(200_000) })
    const response = await fetch(audioUrl(id), { headers: asMember(app) })
    expect(response.status).toBe(200)
    expect(await bytesOf(response)).toEqual(audio)
    expect(steadyHeaders(response)).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'content-length': '200000',
      'content-type': 'audio/wav',
      'content-security-policy':
        "default-src 'none'; media-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    })
    expect(response.headers.get('etag')).toMatch(/^"[\w-]{32}"$/)
    expect(response.headers.get('content-disposition')).toBeNull()
  })

  it('has the same headers for HEAD, without bytes and without an event that says somebody listened', async () => {
    const { id } = await addRecording(app)
    const head = await fetch(audioUrl(id), {
      method: 'HEAD',
      headers: { ...asMember(app), range: 'bytes=0-1' },
    })
    expect(head.status).toBe(200)
    expect((await bytesOf(head)).length).toBe(0)
    expect(await auditOf(app, id)).toEqual([])
    const get = await fetch(audioUrl(id), { headers: asMember(app) })
    expect(steadyHeaders(get)).toEqual(steadyHeaders(head))
    await get.arrayBuffer()
  })

  it('gives the two bytes that Safari asks for first', async () => {
    const { id, audio } = await addRecording(app)
    const response = await fetch(audioUrl(id), { headers: { ...asMember(app), range: 'bytes=0-1' } })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe('bytes 0-1/1000')
    expect(response.headers.get('content-length')).toBe('2')
    expect(await bytesOf(response)).toEqual(audio.subarray(0, 2))
  })

  it('equals the plain slice for random ranges over every size around the chunks of the cipher', async () => {
    for (const size of [
      1,
      2,
      64 * KIB - 1,
      64 * KIB,
      64 * KIB + 1,
      3 * 64 * KIB,
      3 * 64 * KIB + 7,
      3 * MIB + 11,
    ]) {
      const { id, audio } = await addRecording(app, { audio: randomBytes(size) })
      for (let round = 0; round < 60; round++) {
        const from = Math.floor(Math.random() * size)
        const to = from + Math.floor(Math.random() * (round % 2 === 0 ? 300 : size))
        const headers = { ...asMember(app), range: `bytes=${from}-${to}` }
        const response = await fetch(audioUrl(id), { headers })
        expect(response.status).toBe(206)
        const expected = audio.subarray(from, to + 1)
        expect(response.headers.get('content-range')).toBe(
          `bytes ${from}-${from + expected.length - 1}/${size}`,
        )
        expect((await bytesOf(response)).equals(expected)).toBe(true)
      }
    }
  })

  it('answers 416 with the size for a range behind the end, and opens nothing', async () => {
    const { id } = await addRecording(app)
    const response = await fetch(audioUrl(id), { headers: { ...asMember(app), range: 'bytes=1000-' } })
    expect(response.status).toBe(416)
    expect(response.headers.get('content-range')).toBe('bytes */1000')
    expect(response.headers.get('etag')).toBeNull()
    expect(await problemOf(response)).toBe('range_not_satisfiable')
    expect(await auditOf(app, id)).toEqual([])
  })

  it('resumes with If-Range only while the bytes are the same', async () => {
    const { id } = await addRecording(app)
    const etag =
      (await fetch(audioUrl(id), { method: 'HEAD', headers: asMember(app) })).headers.get('etag') ?? ''
    const statusWith = async (ifRange: string) => {
      const headers = { ...asMember(app), range: 'bytes=5-', 'if-range': ifRange }
      const response = await fetch(audioUrl(id), { headers })
      await response.arrayBuffer()
      return response.status
    }
    expect(await statusWith(etag)).toBe(206)
    expect(await statusWith('"other"')).toBe(200)
    expect(await statusWith(`W/${etag}`)).toBe(200)
  })

  it('gives equal audio in two recordings different tags', async () => {
    const audio = randomBytes(100)
    const [one, two] = [await addRecording(app, { audio }), await addRecording(app, { audio })]
    const tagOf = async (id: string) =>
      (await fetch(audioUrl(id), { method: 'HEAD', headers: asMember(app) })).headers.get('etag')
    expect(await tagOf(one.id)).not.toBe(await tagOf(two.id))
  })

  it('T19: never confirms a known ETag to somebody who may not listen', async () => {
    const { id } = await addRecording(app)
    const own = await fetch(audioUrl(id), { method: 'HEAD', headers: asMember(app) })
    const known = { 'if-none-match': own.headers.get('etag') ?? '' }
    const unchanged = await fetch(audioUrl(id), { headers: { ...asMember(app), ...known } })
    expect([unchanged.status, unchanged.headers.get('cache-control')]).toEqual([304, 'private, no-store'])
    const other = await fetch(audioUrl(id), { headers: { ...bearer(app, persons.member('M-2')), ...known } })
    expect(other.status).toBe(404)
    await app.db.updateTable('recording').set({ status: 'destroyed' }).where('id', '=', id).execute()
    expect((await fetch(audioUrl(id), { headers: { ...asMember(app), ...known } })).status).toBe(404)
  })

  it('is handed over as plain bytes to be saved when its type is not one of audio', async () => {
    const { id } = await addRecording(app, { mediaType: 'text/html' })
    const response = await fetch(audioUrl(id), { headers: asMember(app) })
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('content-disposition')).toBe('attachment; filename=audio.bin')
    await response.arrayBuffer()
  })

  it('is not found in a rendition that was not made', async () => {
    const { id } = await addRecording(app)
    expect((await fetch(audioUrl(id, '?rendition=playback'), { headers: asMember(app) })).status).toBe(404)
    expect((await fetch(audioUrl(id, '?rendition=../x'), { headers: asMember(app) })).status).toBe(400)
  })

  it('needs a credential', async () => {
    const { id } = await addRecording(app)
    expect((await fetch(audioUrl(id))).status).toBe(401)
  })
})

describe('audio that the caller may not have', () => {
  it('is answered with the same bytes whether it is foreign, destroyed, unknown or no id at all', async () => {
    const foreign = await addRecording(app, { memberRef: 'M-2' })
    const destroyed = await addRecording(app, { status: 'destroyed' })
    const ids = [
      foreign.id,
      destroyed.id,
      randomUUID(),
      'x',
      '..%2F..%2Fx',
      `${foreign.id}%00`,
      foreign.id.toUpperCase(),
    ]
    const answers = await Promise.all(
      ids.map(async (id) => {
        const response = await fetch(audioUrl(id), { headers: asMember(app) })
        return { status: response.status, body: await response.text(), headers: steadyHeaders(response) }
      }),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]?.status).toBe(404)
    for (const { id } of [foreign, destroyed]) {
      const events = await auditOf(app, id)
      expect(events).toMatchObject([{ type: 'recording.audio_opened', outcome: 'denied', code: 'not_found' }])
    }
  })

  it('is refused to staff with the reason, and the refusal is audited', async () => {
    const { id } = await addRecording(app)
    const ask = async (claims: Readonly<Record<string, unknown>>, query: string) => {
      const response = await fetch(audioUrl(id, query), { headers: bearer(app, claims) })
      return [response.status, await problemOf(response)]
    }
    expect(await ask(persons.fraudAnalyst(), '')).toEqual([403, 'purpose_required'])
    expect(await ask(persons.coach(), '?purpose=training_coaching&caseRef=C-1')).toEqual([403, 'forbidden'])
    expect(await ask(persons.privacyOfficer(), CASE)).toEqual([403, 'forbidden'])
    expect(await ask(persons.operator(), CASE)).toEqual([404, 'not_found'])
    expect(await ask({ ...persons.fraudAnalyst(), entity: ['hmbs-advies'] }, CASE)).toEqual([
      404,
      'not_found',
    ])
    const refusals = (await auditOf(app, id)).map(({ outcome, code }) => `${outcome} ${code}`)
    expect(refusals.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'denied forbidden',
      'denied forbidden',
      'denied not_found',
      'denied not_found',
      'denied purpose_required',
    ])
  })

  it('is refused to staff from the instant the purpose ends, while the member still listens in quarantine', async () => {
    const { id } = await addRecording(app, {
      tags: [{ purpose: 'fraud_prevention', retainUntil: '2026-11-22' }],
    })
    const staff = bearer(app, persons.fraudAnalyst())
    const asStaff = async () => {
      const response = await fetch(audioUrl(id, CASE), { headers: staff })
      return response.status === 200 ? (await response.arrayBuffer()) && 'ok' : problemOf(response)
    }
    app.clock.set('2026-11-22T22:59:59Z')
    expect(await asStaff()).toBe('ok')
    app.clock.set('2026-11-22T23:00:00Z')
    expect(await asStaff()).toBe('purpose_expired')
    await app.db.updateTable('recording').set({ status: 'quarantined' }).where('id', '=', id).execute()
    expect(await asStaff()).toBe('purpose_expired')
    const member = await fetch(audioUrl(id), { headers: asMember(app) })
    expect(member.status).toBe(200)
    await member.arrayBuffer()
  })
})

describe('the audit of listening', () => {
  it('adds up over seeks: every range has a beginning and an end with the bytes that left', async () => {
    const { id } = await addRecording(app, { audio: randomBytes(500_000) })
    for (const range of ['bytes=0-99999', 'bytes=300000-349999', 'bytes=400000-']) {
      await (await fetch(audioUrl(id), { headers: { ...asMember(app), range } })).arrayBuffer()
    }
    const events = await auditOf(app, id, 6)
    const begun = events.filter(({ type }) => type === 'recording.audio_opened')
    const ended = events.filter(({ type }) => type === 'recording.audio_delivered')
    expect(new Set(begun.map(({ detail }) => `${detail.offset}+${detail.length}`))).toEqual(
      new Set(['0+100000', '300000+50000', '400000+100000']),
    )
    expect(ended.map(({ code, outcome }) => [code, outcome])).toEqual(Array(3).fill(['complete', 'ok']))
    expect(ended.reduce((sum, { detail }) => sum + Number(detail.sent), 0)).toBe(250_000)
    expect(new Set(ended.map(({ detail }) => detail.stream))).toEqual(
      new Set(begun.map(({ detail }) => detail.stream)),
    )
  })
})

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../src/kernel/units.ts'
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

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())

describe('a copy', () => {
  const copyUrl = (id: string): string => `${app.url}/v1/recordings/${id}/copy`

  it('is the original as an attachment named after its id, audited as a copy', async () => {
    const { id, audio } = await addRecording(app)
    const response = await fetch(copyUrl(id), { headers: asMember(app) })
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename=listenback-${id}.wav`)
    expect(await bytesOf(response)).toEqual(audio)
    const types = (await auditOf(app, id, 2)).map(({ type }) => type)
    expect(new Set(types)).toEqual(new Set(['recording.copied', 'recording.audio_delivered']))
  })

  it('is for the member only', async () => {
    const { id } = await addRecording(app)
    expect((await fetch(copyUrl(id), { headers: bearer(app, persons.fraudAnalyst()) })).status).toBe(403)
    expect((await fetch(copyUrl(id), { headers: bearer(app, persons.member('M-2')) })).status).toBe(404)
  })
})

describe('a playback', () => {
  const start = (id: string, headers: Record<string, string>, body: unknown = {}) =>
    fetch(`${app.url}/v1/recordings/${id}/playbacks`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  interface Playback {
    readonly id: string
    readonly audioUrl: string
  }

  it('plays to whom started it, and to nobody else', async () => {
    const { id, audio } = await addRecording(app)
    const response = await start(id, asMember(app))
    expect(response.status).toBe(201)
    const playback = (await response.json()) as Playback
    expect(playback).toMatchObject({
      recordingId: id,
      rendition: 'original',
      audioUrl: `/v1/playbacks/${playback.id}/audio`,
      mediaType: 'audio/wav',
      bytes: 1000,
      expiresAt: '2026-11-22T23:00:00.000Z',
    })
    const played = await fetch(app.url + playback.audioUrl, {
      headers: { ...asMember(app), range: 'bytes=10-19' },
    })
    expect(played.status).toBe(206)
    expect(await bytesOf(played)).toEqual(audio.subarray(10, 20))
    const other = await fetch(app.url + playback.audioUrl, { headers: bearer(app, persons.fraudAnalyst()) })
    expect(other.status).toBe(404)
  })

  it('T13: its address outlives no restriction: the declared purpose of staff is checked anew on every range', async () => {
    const { id } = await addRecording(app)
    const staff = bearer(app, persons.fraudAnalyst())
    expect((await start(id, staff)).status).toBe(403)
    const response = await start(id, staff, { purpose: 'fraud_prevention', caseRef: 'C-1' })
    const { audioUrl: url } = (await response.json()) as Playback
    const status = async () => {
      const played = await fetch(app.url + url, { headers: staff })
      await played.arrayBuffer()
      return played.status
    }
    expect(await status()).toBe(200)
    expect((await fetch(app.url + url)).status).toBe(401)
    await app.db.updateTable('recording').set({ restricted: true }).where('id', '=', id).execute()
    expect(await status()).toBe(403)
  })

  it('ends after twelve hours', async () => {
    const { id } = await addRecording(app)
    const { audioUrl: url } = (await (await start(id, asMember(app))).json()) as Playback
    app.clock.advance(12 * HOUR)
    expect((await fetch(app.url + url, { headers: asMember(app) })).status).toBe(404)
    app.clock.advance(1)
    expect(await app.removeExpiredPlaybacks()).toBeGreaterThan(0)
  })

  it('refuses fields it does not know', async () => {
    const { id } = await addRecording(app)
    expect((await start(id, asMember(app), { memberRef: 'M-2' })).status).toBe(400)
  })
})

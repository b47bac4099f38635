import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decode, type Pcm, speech, wavOf } from '../../support/sound.ts'
import { persons } from '../../support/tokens.ts'
import { addRecording, auditOf, NOW, type RecordingOptions } from '../listening/listening-app.ts'
import { manager, member, officer, startTrainingApp, type TrainingApp } from './training-app.ts'

const COPY = 'copy.flac.age'

describe('the copy for a member', () => {
  let app: TrainingApp
  let call: Pcm
  let audio: Buffer

  beforeAll(async () => {
    app = await startTrainingApp()
    const [one, other] = await Promise.all([
      speech('Ik bel namens mijn man, hij heet Jan.'),
      speech('Dank u wel, ik noteer het.', { voice: 'nl+f3' }),
    ])
    const frames = Math.min(one.frames, other.frames)
    const channels = [one, other].map(({ channels: [all] }) => (all as Float32Array).subarray(0, frames))
    audio = wavOf(channels, 8000)
    call = await decode(audio)
  })
  afterAll(() => app.close())
  beforeEach(() => app.clock.set(NOW))

  const copy = (id: string, claims = member) => app.call(claims, 'GET', `/v1/recordings/${id}/copy`)
  const cut = (id: string, ...cuts: object[]) =>
    app.call(officer, 'PUT', `/v1/recordings/${id}/spans`, { beeps: [], cuts })
  const receive = async (wish: RecordingOptions = {}, bytes = audio): Promise<string> => {
    const id = await app.receive(bytes, { tags: [], ...wish })
    await app.work()
    return id
  }
  /** Whether samples are those of the call, or silent, from one moment to another. */
  const compare = (pcm: Pcm, channel: number, from: number, to: number): 'same' | 'silent' | 'other' => {
    const part = (of: Pcm) =>
      of.channels[channel]?.slice(Math.round(from * 8000), Math.round(to * 8000)) ?? new Float32Array()
    if (part(pcm).every((value) => value === 0)) return 'silent'
    return Buffer.from(part(pcm).buffer).equals(Buffer.from(part(call).buffer)) ? 'same' : 'other'
  }

  test('is the original, byte for byte, as long as nothing is left out', async () => {
    const id = await receive()
    const answer = await copy(id)
    expect(answer.status).toBe(200)
    expect(answer.bytes.equals(audio)).toBe(true)
    expect((await app.call(member, 'GET', `/v1/recordings/${id}/cuts`)).body).toEqual({ cuts: [] })
  })

  test('has silence in the parts left out, on their channel or on both, and every other sample as it was', async () => {
    const id = await receive()
    const cuts = [
      { fromSeconds: 0.25, toSeconds: 0.5, reason: 'third_party' },
      { fromSeconds: 0.75, toSeconds: 1, channel: 2, reason: 'name' },
    ]
    await cut(id, ...cuts)
    await app.work()
    const answer = await copy(id)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('audio/flac')
    expect(answer.headers.get('content-disposition')).toContain(`listenback-${id}.flac`)
    const pcm = await decode(answer.bytes)
    expect(pcm.frames).toBe(call.frames)
    for (const channel of [0, 1]) {
      expect(compare(pcm, channel, 0, 0.25)).toBe('same')
      expect(compare(pcm, channel, 0.25, 0.5)).toBe('silent')
      expect(compare(pcm, channel, 0.5, 0.75)).toBe('same')
      expect(compare(pcm, channel, 1, call.seconds)).toBe('same')
    }
    expect(compare(pcm, 0, 0.75, 1)).toBe('same')
    expect(compare(pcm, 1, 0.75, 1)).toBe('silent')
    const original = await app.listen(id, 'original')
    expect(original.bytes.equals(audio)).toBe(true)
    const [copied] = (await auditOf(app, id)).filter(({ type }) => type === 'recording.copied')
    expect(copied?.detail).toMatchObject({ rendition: 'copy' })
  })

  test('is never the whole call from the moment on that something is left out', async () => {
    const id = await receive()
    await cut(id, { fromSeconds: 0.25, toSeconds: 0.5, reason: 'third_party' })
    const early = await copy(id)
    expect(early).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0)
    app.meanwhile(async () => {
      await cut(id, { fromSeconds: 0.25, toSeconds: 0.75, reason: 'third_party' })
    })
    await app.tasks.copy(id, new AbortController().signal)
    expect((await copy(id)).status).toBe(503)
    expect(await app.stored(id)).not.toContain(COPY)
    await app.work()
    expect(compare(await decode((await copy(id)).bytes), 0, 0.25, 0.75)).toBe('silent')
  })

  test('stays away when it cannot be made, rather than being the whole call', async () => {
    const id = await receive({}, Buffer.concat([audio.subarray(0, 44), Buffer.alloc(0)]))
    await cut(id, { fromSeconds: 0.25, toSeconds: 0.5, reason: 'third_party' })
    await app.work()
    expect((await copy(id)).status).toBe(503)
    expect(await app.made(id)).toEqual(['original'])
  })

  test('is the original again once nothing is left out any more, and the other one is gone', async () => {
    const id = await receive()
    await cut(id, { fromSeconds: 0.25, toSeconds: 0.5, reason: 'third_party' })
    await app.work()
    expect(await app.stored(id)).toContain(COPY)
    await cut(id)
    expect((await copy(id)).bytes.equals(audio)).toBe(true)
    await app.work()
    expect(await app.stored(id)).not.toContain(COPY)
  })

  test('comes also of a restricted recording, and of a held one', async () => {
    const id = await receive()
    await app.call(officer, 'POST', `/v1/recordings/${id}/restriction`, { ground: 'accuracy_contested' })
    await app.call(manager, 'POST', '/v1/holds', {
      ...{ type: 'claim', matterRef: 'CL-3', reason: 'a dispute about cover', scope: { recordings: [id] } },
    })
    await cut(id, { fromSeconds: 0.25, toSeconds: 0.5, reason: 'third_party' })
    await app.work()
    expect(compare(await decode((await copy(id)).bytes), 1, 0.25, 0.5)).toBe('silent')
  })

  test('leaves out all of a call with one channel where one of two was meant before anybody had decoded it', async () => {
    const [mono] = call.channels
    const { id } = await addRecording(app, { audio: wavOf([mono as Float32Array], 8000), tags: [] })
    await cut(id, { fromSeconds: 0.25, toSeconds: 0.5, channel: 2, reason: 'name' })
    await app.work()
    expect(compare(await decode((await copy(id)).bytes), 0, 0.25, 0.5)).toBe('silent')
  })

  test('is for the member alone', async () => {
    const id = await receive()
    await cut(id, { fromSeconds: 0.25, toSeconds: 0.5, reason: 'third_party' })
    expect((await copy(id, persons.member('M-2'))).status).toBe(404)
    expect((await copy(id, officer)).status).toBe(403)
  })
})

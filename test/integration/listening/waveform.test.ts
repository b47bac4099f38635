import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
// biome-ignore lint/correctness/noUnresolvedImports: a CommonJS module, whose default is what it exports.
import WaveformData from 'waveform-data'
import { renditionKey } from '../../../src/storage/keys.ts'
import { testAudio } from '../../support/audio.ts'
import { persons } from '../../support/tokens.ts'
import {
  addRecording,
  asMember,
  auditOf,
  bearer,
  type ListeningApp,
  startListeningApp,
} from './listening-app.ts'
import { addRendition, addTwoPartyCall, addWaveform, addWork } from './two-party-call.ts'

let app: ListeningApp
beforeAll(async () => {
  app = await startListeningApp()
})
afterAll(() => app.close())

interface Waveform {
  readonly version: number
  readonly channels: number
  readonly sampleRate: number
  readonly samplesPerPixel: number
  readonly bits: number
  readonly length: number
  readonly data: number[]
}

const look = (id: string, query = '', headers: Record<string, string> = asMember(app)) =>
  fetch(`${app.url}/v1/recordings/${id}/waveform${query}`, { headers })

describe('the waveform of a recording', () => {
  it('is the lowest and highest of every stretch of every channel, kept out of caches', async () => {
    const { id, waveform } = await addTwoPartyCall(app)
    const response = await look(id)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(await response.json()).toEqual({ version: 2, bits: 8, ...waveform })
    expect(waveform.data.some((value) => value > 20)).toBe(true)
  })

  it('comes with as much detail as is asked for, and no peak is lost', async () => {
    const { bytes } = await testAudio('wav-pcm', 6, 2)
    const { id } = await addRecording(app, { audio: bytes })
    const whole = await addWaveform(app, id, bytes)
    expect(whole.length).toBe(300)
    for (const [pixels, length] of [
      [300, 300],
      [299, 150],
      [150, 150],
      [100, 75],
    ] as const) {
      const picture = (await (await look(id, `?pixels=${pixels}`)).json()) as Waveform
      expect([pixels, picture.length]).toEqual([pixels, length])
      expect(picture.samplesPerPixel * picture.length).toBe(whole.samplesPerPixel * whole.length)
      expect(Math.max(...picture.data)).toBe(Math.max(...whole.data))
      expect(Math.min(...picture.data)).toBe(Math.min(...whole.data))
    }
  })

  it('is drawn by the libraries that draw what audiowaveform makes', async () => {
    const { id, waveform } = await addTwoPartyCall(app)
    const { sampleRate, samplesPerPixel, ...json } = (await (await look(id)).json()) as Waveform
    // Their JSON has the names of C; the rest is the same.
    const drawn = WaveformData.create({
      ...json,
      sample_rate: sampleRate,
      samples_per_pixel: samplesPerPixel,
    })
    expect(drawn.duration).toBeCloseTo(2, 2)
    expect(drawn.channel(1).max_array()).toEqual(waveform.data.filter((_, at) => at % 4 === 3))
  })

  it('is put on record before it is shown', async () => {
    const { id } = await addTwoPartyCall(app)
    const staff = bearer(app, persons.fraudAnalyst())
    expect((await look(id, '', staff)).status).toBe(403)
    expect((await look(id, '?purpose=fraud_prevention&caseRef=C-1', staff)).status).toBe(200)
    const events = await auditOf(app, id)
    expect(events.map(({ type, outcome, code }) => [type, outcome, code])).toEqual([
      ['recording.waveform_viewed', 'denied', 'purpose_required'],
      ['recording.waveform_viewed', 'ok', null],
    ])
  })

  it('is shown to whoever started a playback, and to nobody else', async () => {
    const { id, waveform } = await addTwoPartyCall(app)
    const started = await fetch(`${app.url}/v1/recordings/${id}/playbacks`, {
      method: 'POST',
      headers: { ...asMember(app), 'content-type': 'application/json' },
      body: '{}',
    })
    const { id: playbackId, waveformUrl } = (await started.json()) as { id: string; waveformUrl: string }
    const own = await fetch(`${app.url}${waveformUrl}?pixels=100`, { headers: asMember(app) })
    expect(((await own.json()) as Waveform).data).toEqual(waveform.data)
    const viewed = (await auditOf(app, id, 2)).find(({ type }) => type === 'recording.waveform_viewed')
    expect(viewed).toMatchObject({ outcome: 'ok', playback_id: playbackId })
    const other = await fetch(app.url + waveformUrl, { headers: bearer(app, persons.fraudAnalyst()) })
    expect(other.status).toBe(404)
  })

  it('is as unknown to strangers as one that never was', async () => {
    const { id } = await addTwoPartyCall(app)
    const stranger = bearer(app, persons.member('M-2'))
    const [theirs, unknown] = [await look(id, '', stranger), await look(randomUUID(), '', stranger)]
    expect(theirs.status).toBe(404)
    expect(await theirs.text()).toBe(await unknown.text())
  })

  it('is not found when there is none, and unavailable while it is being made', async () => {
    const { id } = await addRecording(app)
    expect((await look(id)).status).toBe(404)
    await addWork(app, id, 'playback')
    const waiting = await look(id)
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([503, '10'])
  })

  it('is refused in a size that no screen has', async () => {
    const { id } = await addTwoPartyCall(app)
    for (const pixels of ['99', '20001', '1.5', 'many', ''])
      expect([pixels, (await look(id, `?pixels=${pixels}`)).status]).toEqual([pixels, 400])
  })

  it('says that it is damaged when the store gives something else back', async () => {
    const { id } = await addTwoPartyCall(app)
    await app.store.removeVersions(await versionsOf(id))
    expect((await look(id)).status).toBe(502)
    const foreign = await addRecording(app)
    await addRendition(app, foreign.id, {
      name: 'waveform',
      bytes: Buffer.from('no picture at all, and longer than a header'),
      mediaType: 'application/octet-stream',
    })
    expect((await look(foreign.id)).status).toBe(502)
    expect((await auditOf(app, foreign.id)).map(({ type }) => type)).toEqual([])
  })

  const versionsOf = async (id: string) =>
    (await Array.fromAsync(app.store.listVersions(`recordings/${id}/`)))
      .flat()
      .filter(({ key }) => key === renditionKey(id, 'waveform'))
})

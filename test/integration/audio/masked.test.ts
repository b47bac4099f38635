import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { articulation } from '../../support/articulation.ts'
import { run } from '../../support/processes.ts'
import { decode, dominantHz, type Pcm, pitchHz, rms, speech, wavOf } from '../../support/sound.ts'
import { NOW } from '../listening/listening-app.ts'
import { heard, officer, startTrainingApp, type TrainingApp } from './training-app.ts'

const WORDS =
  'Goedemiddag, ik bel over de polis van mijn praktijk. De waterschade van vorige week is nog niet gemeld.'
const ANSWER =
  'Dank u voor het bellen. Ik kijk het direct voor u na, wilt u even aan de lijn blijven alstublieft?'

/** Halfway into both bands, the higher voice first: so the factors of this test are known, and only of this test. */
const HALFWAY = (): number => 0.5
const [HIGHER, DEEPER] = [1.23, 0.835]

/** Two people on two channels, as long as the shorter of them. */
async function twoPeople(): Promise<Pcm> {
  const [man, woman] = await Promise.all([speech(WORDS), speech(ANSWER, { voice: 'nl+f3', pitch: 60 })])
  const frames = Math.min(man.frames, woman.frames)
  const channels = [man, woman].map(({ channels: [samples] }) =>
    (samples as Float32Array).subarray(0, frames),
  )
  return { sampleRate: 8000, channels, frames, seconds: frames / 8000 }
}

describe('a masked rendition', () => {
  let app: TrainingApp
  let call: Pcm
  let audio: Buffer

  beforeAll(async () => {
    app = await startTrainingApp({ random: HALFWAY })
    call = await twoPeople()
    audio = wavOf(call.channels, call.sampleRate)
  })
  afterAll(() => app.close())
  beforeEach(() => app.clock.set(NOW))

  const masked = (id: string): Promise<Pcm> => heard(app, id, 'masked').then((bytes) => decode(bytes))

  test('moves the voice of each party by a factor of its own, and keeps the pace', async () => {
    const id = await app.receive(audio)
    await app.work()
    const after = await masked(id)
    expect(after.channels).toHaveLength(2)
    expect(Math.abs(after.seconds - call.seconds)).toBeLessThan(0.15)
    for (const [channel, factor] of [HIGHER, DEEPER].entries()) {
      const before = pitchHz(call, channel) as number
      expect((pitchHz(after, channel) as number) / before, `channel ${channel}`).toBeCloseTo(factor, 1)
      expect(articulation(call, after, { channel, factor }), `channel ${channel}`).toBeGreaterThan(0.7)
    }
  })

  test('keeps words apart: it sounds like the same sentence moved, not like the same unmoved or another one', async () => {
    const id = await app.receive(audio)
    await app.work()
    const after = await masked(id)
    const same = articulation(call, after, { channel: 0, factor: HIGHER })
    const swapped = { ...call, channels: call.channels.toReversed() }
    expect(articulation(call, after, { channel: 0, factor: 1 })).toBeLessThan(same)
    expect(articulation(swapped, after, { channel: 0, factor: HIGHER })).toBeLessThan(0.4)
  })

  test('moves the one voice of a call with one channel', async () => {
    const [man] = call.channels
    const id = await app.receive(wavOf([man as Float32Array], 8000))
    await app.work()
    const after = await masked(id)
    expect(after.channels).toHaveLength(1)
    expect((pitchHz(after) as number) / (pitchHz(call) as number)).toBeCloseTo(HIGHER, 1)
  })

  test('is silent where the call is, beeps where somebody said so, and has the rest', async () => {
    const id = await app.receive(audio)
    await app.db
      .updateTable('recording')
      .set({ silence: JSON.stringify([{ fromSeconds: 1, toSeconds: 2, reason: 'hold' }]) })
      .where('id', '=', id)
      .execute()
    const beeps = [
      { fromSeconds: 2.5, toSeconds: 3.25, reason: 'name' },
      { fromSeconds: 4, toSeconds: 4.5, channel: 2, reason: 'number' },
    ]
    await app.call(officer, 'PUT', `/v1/recordings/${id}/spans`, { beeps, cuts: [] })
    await app.work()
    const after = await masked(id)
    for (const channel of [0, 1]) {
      // AAC spreads a little of each moment over its frame of 128 ms.
      expect(rms(after, channel, 1.15, 1.85), 'silence').toBeLessThan(0.001)
      expect(dominantHz(after, channel, 2.65, 3.1), 'beep').toBeCloseTo(1000, -1)
      expect(rms(after, channel, 2.65, 3.1)).toBeCloseTo(0.1 / Math.SQRT2, 2)
    }
    expect(dominantHz(after, 1, 4.15, 4.35)).toBeCloseTo(1000, -1)
    expect(Math.abs(dominantHz(after, 0, 4.15, 4.35) - 1000)).toBeGreaterThan(20)
    expect(rms(after, 0, 5, 6)).toBeGreaterThan(0.01)
  })

  test('says of itself that it is masked, and nothing else', async () => {
    const id = await app.receive(audio)
    await app.work()
    await using directory = await mkdtempDisposable(join(tmpdir(), 'listenback-masked-'))
    const path = join(directory.path, 'masked.m4a')
    await writeFile(path, await heard(app, id, 'masked'))
    const shown = await run('ffprobe', ['-v', 'error', '-show_entries', 'format_tags', '-of', 'json', path])
    const tags = JSON.parse(shown).format.tags
    expect(tags).toMatchObject({ title: 'masked' })
    expect(new Set(Object.keys(tags))).toEqual(
      new Set(['compatible_brands', 'major_brand', 'minor_version', 'title']),
    )
    expect(JSON.stringify(tags)).not.toMatch(/anonym/i)
  })

  test('draws other factors for every recording', async () => {
    await using secret = await startSecret()
    const ids = [await secret.app.receive(audio), await secret.app.receive(audio)]
    await secret.app.work()
    const [one, other] = await Promise.all(
      ids.map(async (id) => decode(await heard(secret.app, id, 'masked'))),
    )
    expect((one as Pcm).channels[0]).not.toEqual((other as Pcm).channels[0])
  })

  test('is not made with a list of parts that was replaced meanwhile', async () => {
    const id = await app.receive(audio)
    await app.tasks.playback(id, new AbortController().signal)
    const beeps = [{ fromSeconds: 1, toSeconds: 2, reason: 'name' }]
    app.meanwhile(async () => {
      await app.call(officer, 'PUT', `/v1/recordings/${id}/spans`, { beeps, cuts: [] })
    })
    await app.tasks.masked(id, new AbortController().signal)
    expect(await app.made(id)).toEqual(['original', 'playback', 'waveform'])
    expect(await app.stored(id)).not.toContain('masked.m4a.age')
    expect(await app.queued(id)).toContain('masked')
    await app.work()
    expect(dominantHz(await masked(id), 0, 1.2, 1.8)).toBeCloseTo(1000, -1)
  })

  test('is heard no more once its list of parts was replaced, until it is made anew', async () => {
    const id = await app.receive(audio)
    await app.work()
    const before = await heard(app, id, 'masked')
    const beeps = [{ fromSeconds: 1, toSeconds: 2, reason: 'name' }]
    await app.call(officer, 'PUT', `/v1/recordings/${id}/spans`, { beeps, cuts: [] })
    expect(await app.listen(id, 'masked')).toMatchObject({ status: 503 })
    await app.work()
    expect((await heard(app, id, 'masked')).equals(before)).toBe(false)
    expect((await app.stored(id)).filter((name) => name === 'masked.m4a.age')).toHaveLength(1)
  })
})

async function startSecret() {
  const app = await startTrainingApp()
  return { app, [Symbol.asyncDispose]: () => app.close() }
}

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inParallel } from '../../src/kernel/in-parallel.ts'
import { callMetadata, deliver } from '../support/deliver.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { ownDirectory, run, waitFor } from '../support/processes.ts'
import { createTestBucket } from '../support/rgw.ts'
import { type RunningService, startService } from '../support/running-service.ts'
import { align, decode } from '../support/sound.ts'
import { type Sample, telephoneCorpus } from '../support/telephone-corpus.ts'
import { persons } from '../support/tokens.ts'

interface Media {
  readonly state: string
  readonly channels: number
  readonly sampleRate: number
  readonly durationSeconds: number
  readonly renditions: readonly string[]
}

interface Waveform {
  readonly sampleRate: number
  readonly samplesPerPixel: number
  readonly channels: number
  readonly length: number
  readonly data: readonly number[]
}

const MEMBER = 'M-CORPUS'
const COUNT = 34
/** In 256 steps of the waveform. */
const OTHER_DECODER = 10
const RAW: Readonly<Record<string, string>> = { 'audio/gsm': 'gsm', 'audio/g722': 'g722' }

let samples: readonly Sample[] = []
let database: TestDatabase
let service: RunningService
const ids = new Map<string, string>()

beforeAll(async () => {
  samples = await telephoneCorpus()
  database = await createTestDatabase()
  service = await startService({ databaseUrl: database.url, bucket: await createTestBucket() })
  const token = service.issuer.token(persons.recorder())
  const { baseUrl } = service
  await inParallel(4, samples, async ({ name, bytes: audio, mediaType }) => {
    const metadata = callMetadata({ memberRef: MEMBER })
    const { status, body } = await deliver({ baseUrl, token, metadata, audio, mediaType })
    expect([name, status, body.code]).toEqual([name, 201, undefined])
    ids.set(name, body.id ?? '')
  })
  await waitFor(
    'everything to be made',
    async () => ((await Promise.all([...ids.values()].map(isReady))).every(Boolean) ? true : undefined),
    { timeoutMs: 300_000 },
  )
}, 360_000)

afterAll(async () => {
  await service.stop()
  await database.drop()
})

const get = (path: string): Promise<Response> => service.call(path, persons.member(MEMBER))

async function mediaOf(id: string): Promise<Media> {
  return ((await (await get(`/v1/recordings/${id}`)).json()) as { media: Media }).media
}

const isReady = async (id: string): Promise<boolean> => {
  const { state, channels, renditions } = await mediaOf(id)
  return state !== 'waiting' && (channels !== 2 || renditions.includes('channel2'))
}

async function audio(id: string, query: string): Promise<Buffer> {
  const response = await get(`/v1/recordings/${id}/audio?${query}`)
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

/** What the recording is to be compared with, and how ffmpeg decodes that on its own. */
const apart = ({ bytes, mediaType, reference }: Sample) => {
  const raw = RAW[mediaType]
  return { bytes: reference ?? bytes, format: raw === undefined ? {} : { format: raw } }
}

/** Lowest and highest sample of every pixel, counted one by one from what ffmpeg decodes on its own. */
async function exactPeaks(sample: Sample, waveform: Waveform): Promise<number[]> {
  const { mediaType } = sample
  const directory = ownDirectory('peaks')
  const path = join(directory, 'in')
  const out = join(directory, 'out.s16')
  await writeFile(path, apart(sample).bytes)
  const raw = RAW[mediaType]
  const quiet = ['-hide_banner', '-loglevel', 'error', '-y']
  // Read as a stream, like the service reads it: only a file that can be sought in tells MP3's padding at the end.
  const input = mediaType === 'audio/mp4' ? path : 'pipe:0'
  const decoding = [...(raw ? ['-f', raw] : []), '-i', input, '-map', '0:a:0', '-f', 's16le', out]
  await run('sh', ['-c', 'exec ffmpeg "$@" < "$0"', path, ...quiet, ...decoding])
  const pcm = await readFile(out)
  const { channels, samplesPerPixel } = waveform
  const frames = pcm.length / 2 / channels
  const peaks: number[] = []
  for (let from = 0; from < frames; from += samplesPerPixel)
    for (let channel = 0; channel < channels; channel += 1) {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
      for (let frame = from; frame < Math.min(from + samplesPerPixel, frames); frame += 1) {
        const value = Math.floor(pcm.readInt16LE((frame * channels + channel) * 2) / 256)
        low = Math.min(low, value)
        high = Math.max(high, value)
      }
      peaks.push(low, high)
    }
  return peaks
}

test('every encoding is in the corpus', () => expect(samples).toHaveLength(COUNT))

describe.each(Array.from({ length: COUNT }, (_, i) => i))('recording %i of the corpus', (i) => {
  const one = (): { sample: Sample; id: string } => {
    const sample = samples[i]
    if (!sample) throw new Error(`there is no recording ${i}`)
    return { sample, id: ids.get(sample.name) ?? '' }
  }

  test('is kept byte for byte, and its length and channels are those of its sound', async () => {
    const { sample, id } = one()
    expect((await audio(id, 'rendition=original')).equals(sample.bytes)).toBe(true)
    const media = await mediaOf(id)
    const { bytes, format } = apart(sample)
    const alone = await decode(bytes, format)
    expect({ name: sample.name, state: media.state }).toEqual({ name: sample.name, state: 'ready' })
    expect(media.channels).toBe(sample.channels)
    expect(Math.abs(media.durationSeconds - alone.seconds)).toBeLessThanOrEqual(0.05)
    // Encoders pad the last frame and put their own delay in front.
    expect(Math.abs(media.durationSeconds - sample.seconds)).toBeLessThan(0.16)
  })

  test('plays in every browser’s format, and sounds as it was', async () => {
    const { sample, id } = one()
    const rate = 8000
    const { bytes, format } = apart(sample)
    const before = await decode(bytes, { rate, ...format })
    const after = await decode(await audio(id, 'rendition=playback'), { rate })
    expect(after.channels).toHaveLength(sample.channels)
    for (const channel of sample.channels === 2 ? [0, 1] : [0]) {
      const { value, lagSeconds } = align(before, after, { channel })
      expect({ name: sample.name, channel, value }).toSatisfy((found: { value: number }) => found.value > 0.9)
      expect(Math.abs(lagSeconds)).toBeLessThan(0.05)
    }
  })

  test('has a waveform equal to its samples', async () => {
    const { sample, id } = one()
    const waveform = (await (await get(`/v1/recordings/${id}/waveform?pixels=20000`)).json()) as Waveform
    expect(waveform.channels).toBe(sample.channels)
    expect(waveform.samplesPerPixel).toBe(Math.round(waveform.sampleRate / 50))
    const exact = await exactPeaks(sample, waveform)
    if (sample.reference === undefined) return expect(waveform.data).toEqual(exact)
    // Two decoders of one codec round differently, and one of them puts a little noise into pauses.
    expect(waveform.data).toHaveLength(exact.length)
    const apartBy = waveform.data.map((value, k) => Math.abs(value - (exact[k] ?? Number.NaN)))
    expect(Math.max(...apartBy)).toBeLessThanOrEqual(OTHER_DECODER)
  })
})

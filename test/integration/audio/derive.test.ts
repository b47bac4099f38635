import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { resolveFfmpeg } from '../../../src/media/ffmpeg.ts'
import { openEngine } from '../../../src/media/open-engine.ts'
import { decodeWaveform } from '../../../src/media/waveform-file.ts'
import { makeDeriveChannels } from '../../../src/recordings/derive-channels.ts'
import { makeDerivePlayback } from '../../../src/recordings/derive-playback.ts'
import { findMedia } from '../../../src/recordings/media-queries.ts'
import { presentMedia } from '../../../src/recordings/present-media.ts'
import { makeWorkOnAudio } from '../../../src/recordings/work-on-audio.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { ownDirectory, run } from '../../support/processes.ts'
import { align, decode, dominantHz, type Pcm, pcmOf, rms, tone, wavOf } from '../../support/sound.ts'
import { type AudioStage, NEVER, openBucket, setAudioStage } from './audio-stage.ts'

const logger = createLogger('error')
logger.silent = true

let stage: AudioStage
let work: () => Promise<void>
let closeBucket: () => Promise<void>

beforeAll(async () => {
  const bucket = await openBucket({ versioning: true })
  closeBucket = bucket.close
  stage = await setAudioStage(bucket.store)
  const engine = await openEngine(await resolveFfmpeg())
  if (!engine) throw new Error('the tests need ffmpeg')
  const { db, clock, instance, readPlain } = stage
  const ports = { db, clock, engine, readPlain, storeRenditions: stage.storeRenditions() }
  const tasks = { playback: makeDerivePlayback(ports), channels: makeDeriveChannels(ports) }
  const workOnAudio = makeWorkOnAudio({ db, clock, logger, instance, tasks })
  work = () => workOnAudio(NEVER, NEVER)
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage.close()
  await closeBucket()
})

type Wish = Parameters<AudioStage['receive']>[2]

/** Takes in a call as ingest does, and does all that is to be done. */
async function make(audio: Buffer, mediaType = 'audio/wav', wish: Wish = {}): Promise<string> {
  const id = await stage.receive(audio, mediaType, { status: 'available', ...wish })
  await stage.queueFirst(id)
  await work()
  return id
}

const mediaOf = async (id: string) => presentMedia(await findMedia(stage.db, id), false)

const rowOf = (id: string) =>
  stage.db
    .selectFrom('recording')
    .select(['status', 'status_reason'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()

const RATE = 8000
const SECONDS = 3
const member = tone(440, SECONDS, RATE)
const agent = tone(1000, SECONDS, RATE)
const monoCall = wavOf([member], RATE)
const stereoCall = wavOf([member, agent], RATE)

/** What the rendition sounds like to somebody who has only its bytes. */
const heard = async (id: string, name: Parameters<AudioStage['plain']>[1]): Promise<Pcm> =>
  decode(await stage.plain(id, name), { rate: RATE })

describe('a call of one channel', () => {
  test('can be played and seen, and says what it is', async () => {
    const id = await make(monoCall)
    expect(await rowOf(id)).toEqual({ status: 'available', status_reason: null })
    expect(await stage.made(id)).toEqual(['original', 'playback', 'waveform'])
    // Ten minutes by its sender's clock, three seconds of sound.
    expect(await mediaOf(id)).toEqual({
      ...{ state: 'ready', codec: 'pcm_s16le', channels: 1, sampleRate: RATE, durationSeconds: SECONDS },
      ...{ warning: 'shorter_than_call', renditions: ['original', 'playback'] },
    })
    const playback = await heard(id, 'playback')
    expect(playback.channels).toHaveLength(1)
    expect(align(pcmOf([member], RATE), playback).value).toBeGreaterThan(0.99)
    const waveform = decodeWaveform(await stage.plain(id, 'waveform'))
    expect(waveform).toMatchObject({ channels: 1, sampleRate: RATE, length: 50 * SECONDS })
    expect((await stage.plain(id, 'original')).equals(monoCall)).toBe(true)
    expect(await stage.workOf(id)).toEqual([])
    expect(await stage.auditOf(id)).toEqual(['recording.decoded'])
  })

  test('has no index behind the sound, and nothing that its maker wrote into it', async () => {
    const id = await make(monoCall)
    const file = (await stage.plain(id, 'playback')).toString('latin1')
    expect(file.indexOf('moov')).toBeGreaterThan(0)
    expect(file.indexOf('moov')).toBeLessThan(file.indexOf('mdat'))
  })

  test('is not made anew when it is there already', async () => {
    const id = await make(monoCall)
    const before = await stage.rowsOf(id)
    await stage.queue(id, 'playback')
    await work()
    expect(await stage.rowsOf(id)).toEqual(before)
    expect(await stage.workOf(id)).toEqual([])
  })

  test('is decoded although its index is behind the sound', async () => {
    const directory = ownDirectory('slow-start')
    const path = join(directory, 'call.m4a')
    await run('ffmpeg', [
      ...['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', 'sine=600:duration=2:sample_rate=16000'],
      ...['-c:a', 'aac', path],
    ])
    const bytes = await readFile(path)
    expect(bytes.indexOf('moov')).toBeGreaterThan(bytes.indexOf('mdat'))
    const id = await make(bytes, 'audio/mp4')
    expect(await mediaOf(id)).toMatchObject({ state: 'ready', codec: 'aac', channels: 1 })
    expect(dominantHz(await heard(id, 'playback'), 0, 0.5, 1.5)).toBeCloseTo(600, -1)
  })
})

describe('a call of two channels', () => {
  test('can be heard as it was, mixed, and one party at a time', async () => {
    const id = await make(stereoCall)
    expect(new Set(await stage.made(id))).toEqual(
      new Set(['original', 'playback', 'mix', 'channel1', 'channel2', 'waveform']),
    )
    expect(await mediaOf(id)).toMatchObject({
      ...{ state: 'ready', channels: 2 },
      renditions: ['channel1', 'channel2', 'mix', 'original', 'playback'],
    })
    const playback = await heard(id, 'playback')
    expect([0, 1].map((channel) => Math.round(dominantHz(playback, channel, 0.5, 2.5) / 10))).toEqual([
      44, 100,
    ])
    const [one, two, mix] = [await heard(id, 'channel1'), await heard(id, 'channel2'), await heard(id, 'mix')]
    for (const { channels } of [one, two, mix]) expect(channels).toHaveLength(1)
    expect(align(pcmOf([member], RATE), one).value).toBeGreaterThan(0.99)
    expect(align(pcmOf([agent], RATE), two).value).toBeGreaterThan(0.99)
    const both = pcmOf([member.map((sample, i) => (sample + (agent[i] ?? 0)) / 2)], RATE)
    expect(align(both, mix).value).toBeGreaterThan(0.99)
    // Half of each, so that two loud voices cannot be too loud together.
    expect(rms(mix, 0, 0.5, 2.5)).toBeCloseTo(rms(both, 0, 0.5, 2.5), 2)
  })
})

describe('what cannot be played', () => {
  const wavHeader = wavOf([new Float32Array(0)], RATE)

  test.each([
    ['noise that calls itself MP3', randomBytes(20_000), 'audio/mpeg', /undecodable|no_audio/],
    ['a header without sound', wavHeader, 'audio/wav', /undecodable|no_audio/],
    ['an MPEG-4 file without its index', brokenMp4(), 'audio/mp4', /damaged_index/],
  ])(
    '%s is kept as it came, with the reason, and not tried again',
    async (_what, audio, mediaType, reason) => {
      const id = await make(audio, mediaType)
      const row = await rowOf(id)
      expect(row.status).toBe('unplayable')
      expect(row.status_reason).toMatch(reason)
      expect(await mediaOf(id)).toEqual({
        ...{ state: 'unplayable', reason: row.status_reason },
        renditions: ['original'],
      })
      expect((await stage.plain(id, 'original')).equals(audio)).toBe(true)
      expect(await stage.workOf(id)).toEqual([`playback: ${row.status_reason}`])
      const before = await stage.auditOf(id)
      stage.clock.advance(24 * 60 * 60 * 1000)
      await work()
      expect(await stage.auditOf(id)).toEqual(before)
    },
  )

  test('of no known member stays unlinked, and says the same', async () => {
    const id = await make(wavHeader, 'audio/wav', { status: 'unlinked' })
    expect((await rowOf(id)).status).toBe('unlinked')
    expect((await mediaOf(id)).state).toBe('unplayable')
  })

  test('while it can partly be played, is played with a warning', async () => {
    const cut = stereoCall.subarray(0, stereoCall.length / 2)
    const id = await make(cut)
    expect(await mediaOf(id)).toMatchObject({ state: 'ready', channels: 2 })
    const media = await mediaOf(id)
    expect(media.durationSeconds).toBeCloseTo(SECONDS / 2, 2)
    expect(media.warning).toMatch(/damaged|shorter_than_call/)
  })

  test('and has lost its bytes in the store, is left for people to look at', async () => {
    const id = await stage.receive(monoCall, 'audio/wav', { status: 'available' })
    await stage.queueFirst(id)
    await stage.db
      .updateTable('rendition')
      .set({ age_header: randomBytes(200) })
      .execute()
    for (let i = 0; i < 3; i += 1) {
      await work()
      stage.clock.advance(60_000)
    }
    expect(await mediaOf(id)).toMatchObject({ state: 'parked', reason: 'failed_repeatedly' })
    expect(await rowOf(id)).toEqual({ status: 'available', status_reason: null })
  })
})

test('a quarantined recording is still made ready for its member, and stays in quarantine', async () => {
  const id = await make(monoCall, 'audio/wav', { status: 'quarantined', quarantinedAt: stage.clock.now() })
  expect((await rowOf(id)).status).toBe('quarantined')
  expect((await mediaOf(id)).state).toBe('ready')
})

test('what is cut out of copies is cut again from what was decoded again', async () => {
  const id = await stage.receive(monoCall, 'audio/wav', { status: 'available' })
  await stage.db
    .insertInto('audio_span')
    .values({ recording_id: id, kind: 'cut', from_ms: 0, to_ms: 500, channel: null, reason: 'other' })
    .execute()
  await stage.queueFirst(id)
  await work()
  expect(await stage.workOf(id)).toEqual(['copy'])
})

/** `ftyp` and sound, and nothing that says where in it the frames are. */
function brokenMp4(): Buffer {
  const box = (type: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(8 + body.length)
    head.write(type, 4, 'latin1')
    return Buffer.concat([head, body])
  }
  return Buffer.concat([box('ftyp', Buffer.from('M4A \0\0\0\0')), box('mdat', randomBytes(5000))])
}

import { Readable } from 'node:stream'
import type { AudioWorkKind } from '../../../src/db/audio-schema.ts'
import { encodeWaveform } from '../../../src/media/waveform-file.ts'
import { putSealed } from '../../../src/recordings/put-sealed.ts'
import { upsertRendition } from '../../../src/recordings/rendition-queries.ts'
import { type RenditionName, renditionKey } from '../../../src/storage/keys.ts'
import type { ObjectTags } from '../../../src/storage/object-store.ts'
import { testAudio } from '../../support/audio.ts'
import { decode } from '../../support/sound.ts'
import { addRecording, type ListeningApp, type RecordingOptions } from './listening-app.ts'

const TAGS: ObjectTags = {
  purpose: 'training_coaching',
  'retain-until': '2027-05-22',
  rule: 'training_coaching@1',
  hold: 'none',
  class: 'derived',
}

interface NewRendition {
  readonly name: RenditionName
  readonly bytes: Buffer
  readonly mediaType: string
}

/** Stores something that was made of a recording, under its own key. */
export async function addRendition(app: ListeningApp, id: string, { name, bytes, mediaType }: NewRendition) {
  const { kek_id, wrapped } = await app.db
    .selectFrom('recording_key')
    .selectAll()
    .where('recording_id', '=', id)
    .executeTakeFirstOrThrow()
  const sealed = await putSealed(
    app.store,
    {
      key: renditionKey(id, name),
      identity: await app.keyring.unwrap({ kekId: kek_id, wrapped }, id),
      body: Readable.from([bytes]),
      tags: TAGS,
    },
    new AbortController().signal,
  )
  await app.db.transaction().execute((tx) => upsertRendition(tx, id, { ...sealed, name, mediaType }))
}

export async function addFacts(app: ListeningApp, id: string, channels: number): Promise<void> {
  const facts = { codec: 'pcm_s16le', channels, sample_rate: 16_000, duration_ms: 2000, warning: null }
  await app.db
    .insertInto('audio_facts')
    .values({ recording_id: id, ...facts, decoded_at: app.clock.now() })
    .execute()
}

export async function addWork(
  app: ListeningApp,
  id: string,
  kind: AudioWorkKind,
  state: 'waiting' | 'parked' = 'waiting',
): Promise<void> {
  const work = { recording_id: id, kind, state, run_at: app.clock.now(), worker: null, reason: null }
  await app.db.insertInto('audio_work').values(work).execute()
}

export const nameParties = (app: ListeningApp, id: string, channels: string[]) =>
  app.db
    .updateTable('recording')
    .set({ channels: JSON.stringify(channels) })
    .where('id', '=', id)
    .execute()

const STRETCH_SECONDS = 0.02

/** The picture of a sound as the service stores it, made without the service's own code for it. */
async function waveformOf(audio: Buffer) {
  const pcm = await decode(audio)
  const samplesPerPixel = Math.round(pcm.sampleRate * STRETCH_SECONDS)
  const length = Math.ceil(pcm.frames / samplesPerPixel)
  const data = Array.from({ length }, (_, at) =>
    pcm.channels.flatMap((samples) => {
      const stretch = samples.subarray(at * samplesPerPixel, (at + 1) * samplesPerPixel)
      // Whole 16-bit samples, so that nothing depends on how a float is rounded.
      return [Math.min(...stretch), Math.max(...stretch)].map((value) => Math.floor((value * 32_768) / 256))
    }),
  ).flat()
  const { sampleRate } = pcm
  return { channels: pcm.channels.length, sampleRate, samplesPerPixel, length, data }
}

/** Something else to hear for each name, so that no two can be mistaken for each other. */
const SECONDS = { playback: 2, mix: 3, channel1: 4, channel2: 5, masked: 6 } as const
type Made = keyof typeof SECONDS

const audioOf = async (name: Made): Promise<Buffer> =>
  (await testAudio('m4a', SECONDS[name], name === 'playback' ? 2 : 1)).bytes

/** A stereo call, agent on the first channel and member on the second, with everything made of it. */
export async function addTwoPartyCall(app: ListeningApp, options: RecordingOptions = {}) {
  const original = await testAudio('wav-pcm', 2, 2)
  const { id } = await addRecording(app, { audio: original.bytes, ...options })
  await nameParties(app, id, ['agent', 'member'])
  await addFacts(app, id, 2)
  const made: Partial<Record<RenditionName, Buffer>> = { original: original.bytes }
  for (const name of Object.keys(SECONDS) as Made[]) {
    const bytes = await audioOf(name)
    made[name] = bytes
    await addRendition(app, id, { name, bytes, mediaType: 'audio/mp4' })
  }
  return { id, made, waveform: await addWaveform(app, id, original.bytes) }
}

/** Stores the picture of a sound with a recording. */
export async function addWaveform(app: ListeningApp, id: string, audio: Buffer) {
  const waveform = await waveformOf(audio)
  const bytes = encodeWaveform({ ...waveform, data: Int8Array.from(waveform.data) })
  await addRendition(app, id, { name: 'waveform', bytes, mediaType: 'application/octet-stream' })
  return waveform
}

/** A call with one channel that was decoded, and what is played of it. */
export async function addMonoCall(app: ListeningApp) {
  const { bytes } = await testAudio('wav-gsm', 2)
  const { id } = await addRecording(app, { audio: bytes })
  await nameParties(app, id, ['member'])
  await addFacts(app, id, 1)
  const playback = await audioOf('mix')
  await addRendition(app, id, { name: 'playback', bytes: playback, mediaType: 'audio/mp4' })
  return { id, playback, original: bytes }
}

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { DecodedFacts } from '../../src/media/engine.ts'
import { ownDirectory, run } from '../support/processes.ts'
import { correlation, decode, type Pcm, rms } from '../support/sound.ts'
import { type Sample, telephoneCorpus } from '../support/telephone-corpus.ts'
import { type EngineUnderTest, failure, make } from './engine-under-test.ts'

/** The corpus calls them as its makers do, ffmpeg as its own list does. */
const NAMES: Readonly<Record<string, string>> = { g722: 'adpcm_g722', amrnb: 'amr_nb', amrwb: 'amr_wb' }

/** What has no mark of its own, for a decoder that only has the bytes. */
const RAW: Readonly<Record<string, string>> = { 'audio/gsm': 'gsm', 'audio/g722': 'g722' }

/** The whole service is tried with all of them; here one of each family has to do. */
const TWO_CHANNELS = /^(wav pcm 16|ogg opus|mp3|m4a)/

interface Rare {
  readonly file: string
  readonly mediaType: string
  readonly codec: string
  readonly options: string
}

/** Beside what the corpus has: what a recorder may deliver as well. */
const RARE: readonly Rare[] = [
  { file: 'a.aiff', mediaType: 'audio/aiff', codec: 'pcm_s16be', options: '-c:a pcm_s16be' },
  { file: 'a.mka', mediaType: 'audio/x-matroska', codec: 'flac', options: '-c:a flac' },
  { file: 'a.spx', mediaType: 'audio/ogg', codec: 'speex', options: '-c:a libspeex -ac 1' },
  { file: 'a.oga', mediaType: 'audio/ogg', codec: 'flac', options: '-c:a flac' },
  { file: 'u8.wav', mediaType: 'audio/wav', codec: 'pcm_u8', options: '-c:a pcm_u8' },
  { file: 'f32.wav', mediaType: 'audio/wav', codec: 'pcm_f32le', options: '-c:a pcm_f32le' },
  { file: 'ms.wav', mediaType: 'audio/wav', codec: 'adpcm_ms', options: '-c:a adpcm_ms' },
  { file: 'g726.wav', mediaType: 'audio/wav', codec: 'adpcm_g726', options: '-c:a g726 -ac 1' },
  { file: 'g723.wav', mediaType: 'audio/wav', codec: 'g723_1', options: '-c:a g723_1 -b:a 6.3k -ac 1' },
  { file: 'rf64.wav', mediaType: 'audio/wav', codec: 'pcm_s16le', options: '-rf64 always' },
  { file: 'six.wav', mediaType: 'audio/wav', codec: 'pcm_s16le', options: '-ac 6' },
  { file: 'odd.wav', mediaType: 'audio/wav', codec: 'pcm_s16le', options: '-ar 6000' },
  { file: 'high.flac', mediaType: 'audio/flac', codec: 'flac', options: '-ar 96000' },
  { file: 'two.mp3', mediaType: 'audio/mpeg', codec: 'mp2', options: '-c:a mp2 -ar 16000 -f mp2' },
  {
    file: 'parts.mp4',
    mediaType: 'audio/mp4',
    codec: 'aac',
    options: '-c:a aac -movflags +frag_keyframe+empty_moov',
  },
]

interface Decoded {
  readonly sample: Sample
  readonly facts: DecodedFacts
  readonly pcm: Pcm
  readonly m4a: Pcm
  readonly original: Pcm
}

const isAmr = ({ mediaType }: Sample): boolean => mediaType.startsWith('audio/amr')

/** By a decoder that is not the engine's: plain ffmpeg, or sox for AMR, of which ffmpeg leaves out the pauses. */
async function reference(sample: Sample, directory: string): Promise<Pcm> {
  const format = RAW[sample.mediaType]
  if (!isAmr(sample)) return decode(sample.bytes, { rate: 8000, ...(format === undefined ? {} : { format }) })
  const [from, to] = [join(directory, 'call.in'), join(directory, 'call.wav')]
  await writeFile(from, sample.bytes)
  await run('sox', ['-t', sample.mediaType === 'audio/amr' ? 'amr-nb' : 'amr-wb', from, to])
  return decode(to, { rate: 8000 })
}

/** Of the channel that is least alike. */
async function likeness(a: Pcm, made: Buffer): Promise<number> {
  const b = await decode(made, { rate: 8000 })
  return Math.min(...a.channels.map((_, channel) => correlation(a, b, { channel })))
}

export function describeDecoding(subject: () => EngineUnderTest): void {
  describe('decoding', () => {
    const decoded: Decoded[] = []
    const likenesses: { name: string; pcm: number; m4a: number; isAmr: boolean }[] = []
    beforeAll(async () => {
      const directory = ownDirectory('decoding')
      for (const sample of await telephoneCorpus()) {
        // An index behind the sound is put in front by whoever hands a stream over.
        if (sample.name.startsWith('m4a, index last')) continue
        if (sample.channels === 2 && !TWO_CHANNELS.test(sample.name)) continue
        const made = await make(subject().engine, sample, [{ kind: 'pcm' }, { kind: 'm4a' }])
        const [pcm, m4a] = made.outputs as [Buffer, Buffer]
        const original = await reference(sample, directory)
        const { facts } = made
        decoded.push({ sample, facts, pcm: await decode(pcm), m4a: await decode(m4a), original })
        likenesses.push({
          name: sample.name,
          pcm: await likeness(original, pcm),
          m4a: await likeness(original, m4a),
          isAmr: isAmr(sample),
        })
      }
    }, 600_000)

    const whole = (name: string): Sample => {
      const found = decoded.find(({ sample }) => sample.name === name)
      if (!found) throw new Error(`the corpus has no ${name}`)
      return found.sample
    }

    it('knows every telephone recording: its codec, its channels, and its length by counting', () => {
      expect(decoded.length).toBeGreaterThan(24)
      for (const { sample, facts, pcm, m4a, original } of decoded) {
        const { name, channels } = sample
        expect({ name, ...facts }).toEqual({
          name,
          codec: NAMES[sample.codec] ?? sample.codec,
          channels,
          sampleRate: pcm.sampleRate,
          isDamaged: false,
        })
        expect([name, pcm.channels.length, m4a.channels.length]).toEqual([name, channels, channels])
        expect(Math.abs(pcm.seconds - original.seconds), name).toBeLessThan(0.05)
        // The last packet of AAC is filled up with silence.
        const packet = 1024 / m4a.sampleRate
        expect(m4a.seconds - pcm.seconds, name).toBeGreaterThan(-0.001)
        expect(m4a.seconds - pcm.seconds, name).toBeLessThan(packet + 0.001)
      }
    })

    it('makes what sounds like the source, on every channel', () => {
      for (const { name, pcm, m4a, ...like } of likenesses) {
        expect(pcm, `${name}, samples`).toBeGreaterThan(like.isAmr ? 0.9 : 0.99)
        // Its decoders make up their noise anew every time, and no encoder keeps noise.
        expect(m4a, `${name}, m4a`).toBeGreaterThan(like.isAmr ? 0.3 : 0.93)
      }
    })

    it('knows the rarer ones, and makes two channels at a common sample rate of what has more', async () => {
      const directory = ownDirectory('rare')
      for (const { file, mediaType, codec, options } of RARE) {
        const path = join(directory, file)
        const tone = 'sine=frequency=440:duration=3:sample_rate=8000'
        const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y']
        await run('ffmpeg', [...quiet, '-f', 'lavfi', '-i', tone, ...options.split(' '), path])
        const bytes = await readFile(path)
        const made = await make(subject().engine, { bytes, mediaType }, [{ kind: 'pcm' }, { kind: 'm4a' }])
        const [pcm, m4a] = await Promise.all(made.outputs.map((output) => decode(output)))
        expect({ file, ...made.facts }).toMatchObject({ file, codec, isDamaged: false })
        expect(Math.abs((pcm?.seconds ?? 0) - 3), file).toBeLessThan(0.25)
        expect(Math.abs((m4a?.seconds ?? 0) - 3), file).toBeLessThan(0.25)
        const few = Math.min(made.facts.channels, 2)
        expect([file, pcm?.channels.length, m4a?.channels.length]).toEqual([file, few, few])
        expect(m4a?.sampleRate, file).toBe(Math.min(48_000, Math.max(8000, made.facts.sampleRate)))
      }
    }, 180_000)

    it('keeps the pause where packets are missing', async () => {
      const directory = ownDirectory('gap')
      const [whole10, gap] = [join(directory, 'whole.webm'), join(directory, 'gap.webm')]
      const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y']
      const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=10:sample_rate=48000']
      await run('ffmpeg', [...quiet, ...tone, '-c:a', 'libopus', whole10])
      const lost = "noise=amount=0:drop='between(n,100,249)'"
      await run('ffmpeg', [...quiet, '-i', whole10, '-c', 'copy', '-bsf:a', lost, gap])
      const source = { bytes: await readFile(gap), mediaType: 'audio/webm' }
      const made = await make(subject().engine, source, [{ kind: 'pcm' }, { kind: 'm4a' }])
      for (const pcm of await Promise.all(made.outputs.map((bytes) => decode(bytes)))) {
        expect(Math.abs(pcm.seconds - 10)).toBeLessThan(0.05)
        expect(rms(pcm, 0, 0.1, 1.8)).toBeGreaterThan(0.05)
        expect(rms(pcm, 0, 2.2, 4.8)).toBeLessThan(0.001)
        expect(rms(pcm, 0, 5.2, 9.9)).toBeGreaterThan(0.05)
      }
    })

    it('plays on where a file changes its form, and refuses to change certain times of it', async () => {
      const directory = ownDirectory('forms')
      const part = async (name: string, rate: number, channels: number) => {
        const path = join(directory, name)
        const tone = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=3:sample_rate=${rate}`]
        await run('ffmpeg', ['-v', 'error', '-nostdin', ...tone, '-ac', String(channels), path])
        return readFile(path)
      }
      const [first, second] = [await part('1.mp3', 8000, 1), await part('2.mp3', 44_100, 2)]
      const source = { bytes: Buffer.concat([first, second, first]), mediaType: 'audio/mpeg' }
      const made = await make(subject().engine, source, [{ kind: 'pcm' }, { kind: 'm4a' }])
      for (const pcm of await Promise.all(made.outputs.map((bytes) => decode(bytes))))
        expect(Math.abs(pcm.seconds - 9.2)).toBeLessThan(0.3)
      const filter = "volume=0:enable='between(t,1,2)'"
      for (const kind of ['pcm', 'm4a', 'flac'] as const)
        expect(await failure(make(subject().engine, source, [{ kind, filter }]))).toMatchObject({
          kind: 'undecodable',
        })
    })

    it('says what was really decoded when a file is cut off, whatever its header claims', async () => {
      const sample = whole('wav pcm 16, 1')
      const bytes = sample.bytes.subarray(0, 44 + 16_000)
      const made = await make(subject().engine, { ...sample, bytes }, [{ kind: 'pcm' }])
      expect((await decode(made.outputs[0] as Buffer)).frames).toBe(8000)
    })

    it('says so when sound was damaged and decodes what is left', async () => {
      const sample = whole('flac, 1')
      const bytes = Buffer.from(sample.bytes)
      const middle = Math.floor(bytes.length / 2)
      bytes.fill(0x55, middle, middle + 2000)
      const made = await make(subject().engine, { ...sample, bytes }, [{ kind: 'pcm' }])
      expect(made.facts.isDamaged).toBe(true)
      expect((await decode(made.outputs[0] as Buffer)).seconds).toBeGreaterThan(sample.seconds / 2)
    })
  })
}

import { spawnSync } from 'node:child_process'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canSilence, silenceWav } from '../../../src/media/silence-wav.ts'
import type { TimeRange } from '../../../src/media/time-range.ts'
import { WavError } from '../../../src/media/wav-header.ts'
import { decode, rms } from '../../support/sound.ts'
import { anyWav, inPieces, WAV_CODECS, type WavShape, wavFile } from '../../support/wav-files.ts'

const silenced = (pieces: readonly Buffer[], ranges: readonly TimeRange[]): Promise<Buffer> =>
  buffer(Readable.from(pieces, { objectMode: false }).compose(silenceWav(ranges)))

/** Thousandths of a second, up to a little beyond the end. */
const anyRanges = fc.array(
  fc
    .tuple(fc.nat(1200), fc.nat(400))
    .map(([from, length]) => ({ fromSeconds: from / 1000, toSeconds: (from + length) / 1000 })),
  { maxLength: 6 },
)

/** Sample by sample, in whole numbers: a frame is silent when any range touches any of its time. */
function silencedSamples({ codec, channels, sampleRate, samples }: WavShape, ranges: readonly TimeRange[]) {
  const { bits, silence } = WAV_CODECS[codec]
  const frameBytes = (channels * bits) / 8
  const ms = ranges.map((range) => [range.fromSeconds, range.toSeconds].map((s) => Math.round(s * 1000)))
  return samples.map((byte, at) => {
    const frame = Math.floor(at / frameBytes)
    const isSilent = ms.some(
      ([from = 0, to = 0]) =>
        from < to && (frame + 1) * 1000 > from * sampleRate && frame * 1000 < to * sampleRate,
    )
    return isSilent ? silence : byte
  })
}

describe('silenceWav', () => {
  it('silences what the ranges touch and nothing else, byte by byte, however the file arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyWav(3000),
        anyRanges,
        fc.array(fc.nat(), { maxLength: 30 }),
        async (shape, ranges, cuts) => {
          const { bytes, dataOffset } = wavFile(shape)
          const result = await silenced(inPieces(bytes, cuts), ranges)
          expect(result.subarray(0, dataOffset)).toEqual(bytes.subarray(0, dataOffset))
          const end = dataOffset + shape.samples.length
          expect(result.subarray(dataOffset, end)).toEqual(Buffer.from(silencedSamples(shape, ranges)))
          expect(result.subarray(end)).toEqual(bytes.subarray(end))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('does not change the pieces it was given', async () => {
    const shape = { ...toneShape(), samples: Buffer.alloc(800, 7) }
    const { bytes } = wavFile(shape)
    const before = Buffer.from(bytes)
    await silenced([bytes], [{ fromSeconds: 0, toSeconds: 1 }])
    expect(bytes).toEqual(before)
  })

  it('drops what follows the samples, and the size that counted it', async () => {
    const shape = { ...toneShape(), samples: Buffer.alloc(101, 7) }
    const plain = wavFile(shape)
    for (const form of ['RIFF', 'RF64'] as const) {
      const hidden = wavFile({ ...shape, form, after: wavFile(shape).bytes.subarray(36) })
      const result = await silenced([hidden.bytes], [])
      expect(result).toEqual(wavFile({ ...shape, form }).bytes)
    }
    expect(await silenced([plain.bytes], [])).toEqual(plain.bytes)
  })

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['a file that ends within its header', wavFile(toneShape()).bytes.subarray(0, 40)],
    ['another format', Buffer.alloc(5000, 1)],
    ['IMA ADPCM', encode('-c:a', 'adpcm_ima_wav')],
  ])('fails with WavError for %s', async (_, bytes) => {
    await expect(silenced([bytes], [{ fromSeconds: 0, toSeconds: 1 }])).rejects.toBeInstanceOf(WavError)
    expect(canSilence(bytes.subarray(0, 4096))).toBe(false)
  })

  it.each([
    [-1, 2],
    [2, 1],
    [Number.NaN, 1],
    [0, Number.POSITIVE_INFINITY],
  ])('refuses a range from %d to %d at once', (fromSeconds, toSeconds) => {
    expect(() => silenceWav([{ fromSeconds, toSeconds }])).toThrow(RangeError)
  })
})

function toneShape(): WavShape {
  const samples = Buffer.alloc(0)
  return {
    ...{ codec: 'mulaw', channels: 1, sampleRate: 8000, form: 'RIFF', extensible: false, size: 'exact' },
    ...{ before: [], samples, after: samples },
  }
}

function encode(...codec: string[]): Buffer {
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=8000:duration=3', '-ac', '2']
  const args = ['-hide_banner', '-loglevel', 'error', ...tone, ...codec, '-f', 'wav', 'pipe:1']
  const result = spawnSync('ffmpeg', args, { maxBuffer: 1 << 24 })
  if (result.status !== 0) throw new Error(String(result.stderr))
  return result.stdout
}

describe('silenceWav on what ffmpeg wrote, decoded again by ffmpeg', () => {
  it.each([
    'pcm_u8',
    'pcm_s16le',
    'pcm_s24le',
    'pcm_s32le',
    'pcm_f32le',
    'pcm_f64le',
    'pcm_mulaw',
    'pcm_alaw',
  ])('%s is silent in the range and as it was outside', async (codec) => {
    const bytes = encode('-c:a', codec)
    expect(canSilence(bytes.subarray(0, 4096))).toBe(true)
    const ranges = [
      { fromSeconds: 1, toSeconds: 1.5 },
      { fromSeconds: 2.75, toSeconds: 99 },
    ]
    const [before, after] = [await decode(bytes), await decode(await silenced([bytes], ranges))]
    expect(after.frames).toBe(before.frames)
    for (const channel of [0, 1]) {
      const [was, is] = [before.channels[channel] as Float32Array, after.channels[channel] as Float32Array]
      // A-law and mu-law have no sample that is exactly zero: theirs are the least there are.
      expect(Math.max(...is.slice(8000, 12_000).map(Math.abs))).toBeLessThanOrEqual(8 / 32768)
      expect(Math.max(...is.slice(22_000).map(Math.abs))).toBeLessThanOrEqual(8 / 32768)
      expect(is.slice(0, 8000)).toEqual(was.slice(0, 8000))
      expect(is.slice(12_000, 22_000)).toEqual(was.slice(12_000, 22_000))
      expect(rms(before, channel, 1, 1.5)).toBeGreaterThan(0.05)
    }
  })
})

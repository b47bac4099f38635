import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
// biome-ignore lint/correctness/noUnresolvedImports: CommonJS, whose default import is the whole module
import WaveformData from 'waveform-data'
import { WavError } from '../../../src/media/wav-header.ts'
import { combine, levelFor, type Waveform, waveformJson } from '../../../src/media/waveform.ts'
import { decodeWaveform, encodeWaveform, WaveformFileError } from '../../../src/media/waveform-file.ts'
import { type SeenSound, waveformSink } from '../../../src/media/waveform-sink.ts'
import { inPieces, type WavShape, wavFile } from '../../support/wav-files.ts'

const anySound: fc.Arbitrary<WavShape> = fc
  .record({
    channels: fc.integer({ min: 1, max: 3 }),
    sampleRate: fc.constantFrom(100, 1000, 8000, 11_025),
    size: fc.constantFrom('exact' as const, 'zero' as const, 'unknown' as const),
    samples: fc.uint8Array({ maxLength: 4000, size: 'max' }).map((bytes) => Buffer.from(bytes)),
  })
  .map((shape) => ({
    ...{ codec: 'pcm16', form: 'RIFF', extensible: false, before: [], after: Buffer.alloc(0) },
    ...shape,
  }))

async function draw(pieces: Iterable<Buffer>): Promise<SeenSound> {
  const sink = waveformSink()
  await pipeline(Readable.from(pieces, { objectMode: false }), sink.stream)
  return sink.seen()
}

/** One point after the other, straight from the definition. */
function oracle({ channels, sampleRate, samples }: WavShape): SeenSound {
  const frames = Math.floor(samples.length / 2 / channels)
  const perPoint = Math.max(1, Math.round(sampleRate / 50))
  const length = Math.ceil(frames / perPoint)
  const data: number[] = []
  for (let point = 0; point < length; point++) {
    for (let c = 0; c < channels; c++) {
      const values: number[] = []
      for (let frame = point * perPoint; frame < Math.min(frames, (point + 1) * perPoint); frame++)
        values.push(Math.floor(samples.readInt16LE((frame * channels + c) * 2) / 256))
      data.push(Math.min(...values), Math.max(...values))
    }
  }
  const waveform = { channels, sampleRate, samplesPerPixel: perPoint, length, data: Int8Array.from(data) }
  return { waveform, frames }
}

describe('waveformSink', () => {
  it('draws every sound as the definition says, however it arrives', async () => {
    await fc.assert(
      fc.asyncProperty(anySound, fc.array(fc.nat(), { maxLength: 30 }), async (shape, cuts) => {
        expect(await draw(inPieces(wavFile(shape).bytes, cuts))).toEqual(oracle(shape))
      }),
      { numRuns: 500 },
    )
  })

  it('draws what ffmpeg decodes, with the duration counted', async () => {
    const samples = 'aevalsrc=exprs=0.5*sin(2*PI*50*t)|0.25*t/10:s=8000:d=10.01'
    const args = ['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', samples]
    const ffmpeg = spawn('ffmpeg', [...args, '-c:a', 'pcm_s16le', '-f', 'wav', 'pipe:1'])
    const sink = waveformSink()
    await pipeline(ffmpeg.stdout, sink.stream)
    const { waveform, frames } = sink.seen()
    expect(frames).toBe(80_080)
    expect(waveform).toMatchObject({ channels: 2, sampleRate: 8000, samplesPerPixel: 160, length: 501 })
    // A whole wave of 50 Hz in each point on the left, a rising line on the right.
    expect([...waveform.data.subarray(0, 4)]).toEqual([-64, 64, 0, 0])
    expect([...waveform.data.subarray(4 * 400, 4 * 400 + 4)]).toEqual([-64, 64, 25, 25])
  })

  it('grows for an hour and keeps nothing but the points', async () => {
    const hour = { ...anEmptySound(), channels: 2, size: 'unknown' as const }
    const second = Buffer.alloc(32_000, Buffer.from([0, 0x10, 0, 0xf0]))
    const pieces = function* (): Generator<Buffer> {
      yield wavFile(hour).bytes
      for (let i = 0; i < 3600; i++) yield second
    }
    const { waveform, frames } = await draw(pieces())
    expect(frames).toBe(3600 * 8000)
    expect(waveform.data.length).toBe(720_000)
    expect(
      new Set(Array.from({ length: 180_000 }, (_, i) => waveform.data.subarray(4 * i, 4 * i + 4).join())),
    ).toEqual(new Set(['16,16,-16,-16']))
  })

  it('stops at the end of the samples that the header tells', async () => {
    const shape = { ...anEmptySound(), samples: Buffer.alloc(640, 1), after: Buffer.alloc(5000, 0x70) }
    expect(await draw([wavFile(shape).bytes])).toEqual(oracle(shape))
  })

  it('fails for anything but 16-bit PCM', async () => {
    const wrong = wavFile({ ...anEmptySound(), codec: 'mulaw' }).bytes
    await expect(draw([wrong])).rejects.toBeInstanceOf(WavError)
    await expect(draw([Buffer.from('#EXTM3U\nfile:///etc/passwd\n')])).rejects.toBeInstanceOf(WavError)
  })

  it('knows nothing when nothing came', async () => {
    await expect(draw([])).rejects.toThrow('no sound came')
    expect((await draw([wavFile(anEmptySound()).bytes])).frames).toBe(0)
  })
})

function anEmptySound(): WavShape {
  const samples = Buffer.alloc(0)
  return {
    ...{ codec: 'pcm16', channels: 1, sampleRate: 8000, form: 'RIFF', extensible: false, size: 'exact' },
    ...{ before: [], samples, after: samples },
  }
}

const anyWaveform: fc.Arbitrary<Waveform> = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.nat(60),
    fc.constantFrom(160, 320),
    fc.infiniteStream(fc.integer({ min: -128, max: 127 })),
  )
  .map(([channels, length, samplesPerPixel, values]) => {
    const data = new Int8Array(length * channels * 2)
    for (let i = 0; i < data.length; i += 2) {
      const pair = [values.next().value, values.next().value].toSorted((a, b) => a - b)
      data.set(pair, i)
    }
    return { channels, sampleRate: 8000, samplesPerPixel, length, data }
  })

const factor = fc.integer({ min: 1, max: 9 })

describe('levels', () => {
  it('combining twice is combining once by the product', () => {
    fc.assert(
      fc.property(anyWaveform, factor, factor, (waveform, a, b) => {
        expect(combine(combine(waveform, a), b)).toEqual(combine(waveform, a * b))
      }),
    )
  })

  it('bound every point they stand for, and touch it', () => {
    fc.assert(
      fc.property(anyWaveform, factor, (waveform, by) => {
        const { channels, length, data } = waveform
        const level = combine(waveform, by)
        for (let i = 0; i < level.length * channels; i++) {
          const [point, c] = [Math.floor(i / channels), i % channels]
          const points = Array.from({ length }, (_, at) => at).filter((at) => Math.floor(at / by) === point)
          const edge = (side: 0 | 1) => points.map((at) => data[(at * channels + c) * 2 + side] as number)
          expect(level.data[2 * i]).toBe(Math.min(...edge(0)))
          expect(level.data[2 * i + 1]).toBe(Math.max(...edge(1)))
        }
      }),
    )
  })

  it('have at most the points that are asked for, and more than half of them if there are', () => {
    fc.assert(
      fc.property(anyWaveform, fc.integer({ min: 1, max: 100 }), (waveform, pixels) => {
        const level = levelFor(waveform, pixels)
        expect(level.length).toBeLessThanOrEqual(pixels)
        expect(2 * level.length).toBeGreaterThanOrEqual(Math.min(pixels, waveform.length))
        expect(Math.log2(level.samplesPerPixel / waveform.samplesPerPixel) % 1).toBe(0)
      }),
    )
    expect(() => levelFor(combine(anEmptyWaveform, 1), 0)).toThrow(RangeError)
    expect(() => combine(anEmptyWaveform, 1.5)).toThrow(RangeError)
  })
})

const anEmptyWaveform = {
  channels: 1,
  sampleRate: 8000,
  samplesPerPixel: 160,
  length: 0,
  data: new Int8Array(0),
}

describe('the file', () => {
  it('comes back as it was, and stands nowhere but in its own bytes', () => {
    fc.assert(
      fc.property(anyWaveform, fc.nat(3), (waveform, before) => {
        const file = Buffer.concat([Buffer.alloc(before), encodeWaveform(waveform)]).subarray(before)
        expect(decodeWaveform(file)).toEqual(waveform)
      }),
    )
  })

  it('is what BBC’s own reader understands, and so is the JSON', () => {
    fc.assert(
      fc.property(anyWaveform, (waveform) => {
        const file = encodeWaveform(waveform)
        const { sampleRate, samplesPerPixel, data: points, ...json } = waveformJson(waveform)
        const theirs = [
          WaveformData.create(new Uint8Array(file).buffer),
          WaveformData.create({
            ...json,
            data: [...points],
            sample_rate: sampleRate,
            samples_per_pixel: samplesPerPixel,
          }),
        ]
        for (const read of theirs) {
          expect(read).toMatchObject({ bits: 8, channels: waveform.channels, length: waveform.length })
          expect(read).toMatchObject({ sample_rate: 8000, scale: waveform.samplesPerPixel })
          const data = Array.from({ length: waveform.channels }, (_, c) => [
            read.channel(c).min_array(),
            read.channel(c).max_array(),
          ])
          const flat = Array.from({ length: waveform.length }, (_, i) =>
            data.flatMap((edges) => edges.map((edge) => edge[i])),
          )
          expect(flat.flat()).toEqual([...waveform.data])
        }
      }),
    )
  })

  it('is refused when a byte of its header or its length is wrong', () => {
    const waveform = { ...anEmptyWaveform, length: 2, data: Int8Array.from([-3, 5, -1, 1]) }
    const good = encodeWaveform(waveform)
    const changed = (at: number, value: number) => Object.assign(Buffer.from(good), { [at]: value })
    const bad = [
      ...[0, 4, 16, 20].map((at) => changed(at, 9)),
      ...[8, 12].map((at) => Object.assign(changed(at, 0), { [at + 1]: 0 })),
      changed(23, 0x80),
      good.subarray(0, 10),
      good.subarray(0, -1),
      Buffer.concat([good, Buffer.alloc(1)]),
      changed(24, 6),
      Buffer.alloc(0),
    ]
    for (const file of bad) expect(() => decodeWaveform(file)).toThrow(WaveformFileError)
  })

  it('is read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (noise, withHeader) => {
        const start = encodeWaveform(anEmptyWaveform).subarray(0, withHeader ? 16 : 0)
        try {
          decodeWaveform(Buffer.concat([start, noise]))
        } catch (error) {
          expect(error).toBeInstanceOf(WaveformFileError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

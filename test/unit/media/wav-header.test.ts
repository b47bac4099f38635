import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_WAV_HEADER_BYTES,
  parseWavHeader,
  WavError,
  wavStartReader,
} from '../../../src/media/wav-header.ts'
import { anyWav, inPieces, WAV_CODECS, wavFile } from '../../support/wav-files.ts'

function make(program: string, ...args: string[]): Buffer {
  const result = spawnSync(program, args, { maxBuffer: 1 << 26 })
  if (result.status !== 0) throw new Error(String(result.stderr))
  return result.stdout
}

const TONE = ['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', 'sine=sample_rate=8000:duration=1']
const ffmpeg = (...args: string[]) => make('ffmpeg', ...TONE, ...args, 'pipe:1')
const sox = (...args: string[]) =>
  make('sox', '-n', '-r', '8000', ...args, '-t', 'wav', '-', 'synth', '1', 'sine', '300')

describe('parseWavHeader reads what real programs write', () => {
  it.each([
    ['pcm', 16, ['-c:a', 'pcm_s16le', '-f', 'wav']],
    ['pcm', 8, ['-c:a', 'pcm_u8', '-f', 'wav']],
    ['pcm', 24, ['-c:a', 'pcm_s24le', '-f', 'wav']],
    ['pcm', 32, ['-c:a', 'pcm_s32le', '-f', 'wav']],
    ['float', 32, ['-c:a', 'pcm_f32le', '-f', 'wav']],
    ['float', 64, ['-c:a', 'pcm_f64le', '-f', 'wav']],
    ['mulaw', 8, ['-c:a', 'pcm_mulaw', '-f', 'wav']],
    ['alaw', 8, ['-c:a', 'pcm_alaw', '-f', 'wav']],
    ['alaw', 8, ['-c:a', 'pcm_alaw', '-rf64', 'always', '-f', 'wav']],
    ['other', 4, ['-c:a', 'adpcm_ima_wav', '-f', 'wav']],
    ['other', 0, ['-c:a', 'libgsm_ms', '-f', 'wav']],
  ] as const)('%s with %i bits, as ffmpeg %j to a pipe', (encoding, bitsPerSample, args) => {
    const bytes = ffmpeg('-ac', '1', ...args)
    const header = parseWavHeader(bytes)
    expect(header).toMatchObject({ encoding, bitsPerSample, channels: 1, sampleRate: 8000 })
    if (encoding === 'other' || 'needs' in header) return
    // A pipe cannot go back to say how long it was; what follows the header are the samples, all of them.
    expect((bytes.length - header.dataOffset) / header.frameBytes).toBe(8000)
  })

  it('several channels, with and without the extensible form, and with sox’s sizes', () => {
    expect(parseWavHeader(ffmpeg('-ac', '6', '-f', 'wav'))).toMatchObject({ channels: 6, frameBytes: 12 })
    expect(parseWavHeader(sox('-c', '2', '-b', '24'))).toMatchObject({
      encoding: 'pcm',
      channels: 2,
      frameBytes: 6,
      bitsPerSample: 24,
    })
    expect(parseWavHeader(sox('-c', '2', '-e', 'mu-law'))).toMatchObject({ encoding: 'mulaw', frameBytes: 2 })
  })
})

describe('parseWavHeader', () => {
  it('finds the format and the samples of any file, however it arrives', () => {
    fc.assert(
      fc.property(anyWav(), fc.array(fc.nat(), { maxLength: 20 }), (shape, cuts) => {
        const { bytes, dataOffset } = wavFile(shape)
        const read = wavStartReader()
        const starts = inPieces(bytes, cuts).map(read)
        const start = starts.find((found) => found !== undefined)
        const { bits } = WAV_CODECS[shape.codec]
        expect(start?.header).toMatchObject({
          channels: shape.channels,
          sampleRate: shape.sampleRate,
          bitsPerSample: bits,
          frameBytes: (shape.channels * bits) / 8,
          dataOffset,
        })
        expect(start?.header.encoding).toBe(shape.codec.replace(/\d+$/, ''))
        const claimed = { exact: shape.samples.length || undefined, zero: undefined, unknown: undefined }
        if (shape.size !== 'too large') expect(start?.header.dataBytes).toBe(claimed[shape.size])
        else expect(start?.header.dataBytes).toBeGreaterThan(shape.samples.length)
      }),
      { numRuns: 500 },
    )
  })

  it('asks for more only while it has not seen the samples begin', () => {
    fc.assert(
      fc.property(anyWav(), fc.nat(), (shape, length) => {
        const { bytes, dataOffset } = wavFile(shape)
        const part = bytes.subarray(0, length % (bytes.length + 1))
        const parsed = parseWavHeader(part)
        const needs = 'needs' in parsed ? parsed.needs : undefined
        if (part.length >= dataOffset) {
          expect(needs).toBeUndefined()
        } else {
          expect(needs).toBeGreaterThan(part.length)
          expect(needs).toBeLessThanOrEqual(dataOffset)
        }
      }),
    )
  })

  it('says what is wrong, and never anything but that', () => {
    const good = wavFile({
      codec: 'pcm16',
      channels: 1,
      sampleRate: 8000,
      form: 'RIFF',
      extensible: true,
      before: [{ id: 'LIST', bytes: Buffer.alloc(20) }],
      size: 'exact',
      samples: Buffer.alloc(100),
      after: Buffer.alloc(0),
    }).bytes
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (changes) => {
          const bad = Buffer.from(good)
          for (const [at, value] of changes) bad[at] = value
          try {
            parseWavHeader(bad)
          } catch (error) {
            expect(error).toBeInstanceOf(WavError)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['not a WAV file', Buffer.from('FORM\0\0\0\0AIFFCOMM', 'latin1')],
    ['samples before their format', Buffer.from('RIFF\0\0\0\0WAVEdata\0\0\0\0', 'latin1')],
    ['too short', Buffer.from('RIFF\0\0\0\0WAVEfmt \x02\0\0\0\x01\0data', 'latin1')],
    ['64 KiB', Buffer.from('RIFF\0\0\0\0WAVEJUNK\xff\xff\xff\x7f', 'latin1')],
  ])('refuses with “%s”', (message, bytes) => {
    expect(() => parseWavHeader(bytes)).toThrow(WavError)
    expect(() => parseWavHeader(bytes)).toThrow(message)
  })

  it('does not hold more than a header can have', () => {
    const read = wavStartReader()
    const junk = Buffer.concat([Buffer.from('JUNK\x00\x10\0\0', 'latin1'), Buffer.alloc(4096)])
    read(Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'))
    const pour = () => Array.from({ length: MAX_WAV_HEADER_BYTES / junk.length + 1 }, () => read(junk))
    expect(pour).toThrow('64 KiB')
  })

  it('refuses two formats, of which programs believe different ones', () => {
    const { bytes } = wavFile({
      codec: 'mulaw',
      channels: 1,
      sampleRate: 8000,
      form: 'RIFF',
      extensible: false,
      before: [{ id: 'fmt ', bytes: Buffer.from('0100010040'.padEnd(32, '0'), 'hex') }],
      size: 'exact',
      samples: Buffer.alloc(10),
      after: Buffer.alloc(0),
    })
    expect(() => parseWavHeader(bytes)).toThrow('two descriptions')
  })
})

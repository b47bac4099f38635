import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillPauses } from '../../../src/media/amr-frames.ts'
import { ownDirectory, run } from '../../support/processes.ts'
import { decode, rms } from '../../support/sound.ts'

/** RFC 4867: bytes of a frame with its header, by frame type. */
const NARROW = [13, 14, 16, 18, 20, 21, 27, 32, 6, 7, 6, 6, 1, 1, 1, 1]
const WIDE = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1]
const QUIET_NARROW = Buffer.from([4, ...new Array(12).fill(0)])
const FRAME_SECONDS = 0.02

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function filled(mediaType: string, bytes: Buffer, pieceBytes = bytes.length): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(fillPauses(mediaType, inPieces(bytes, pieceBytes))))
}

const frame = (sizes: readonly number[], type: number, fill: number): Buffer =>
  Buffer.concat([Buffer.from([(type << 3) | 4]), Buffer.alloc((sizes[type] ?? 1) - 1, fill)])

describe('AMR for a decoder that knows speech only', () => {
  test.each([
    ['audio/amr', '#!AMR\n', NARROW, 8],
    ['audio/amr-wb', '#!AMR-WB\n', WIDE, 9],
  ] as const)(
    '%s: speech stays as it is, pauses become quiet speech, however the pieces fall',
    async (mediaType, magic, sizes, speechTypes) => {
      const quiet = Buffer.alloc(sizes[0] ?? 0)
      quiet[0] = 4
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ type: fc.nat(15), fill: fc.nat(255) }), { maxLength: 60 }),
          fc.integer({ min: 1, max: 90 }),
          async (frames, pieceBytes) => {
            const sent = frames.map(({ type, fill }) => frame(sizes, type, fill))
            const expected = sent.map((one, i) => ((frames[i]?.type ?? 0) < speechTypes ? one : quiet))
            const bytes = Buffer.concat([Buffer.from(magic), ...sent])
            const result = await filled(mediaType, bytes, pieceBytes)
            expect(result).toEqual(Buffer.concat([Buffer.from(magic), ...expected]))
          },
        ),
      )
    },
  )

  test('what is cut off in the middle of a frame is handed on', async () => {
    const bytes = Buffer.concat([Buffer.from('#!AMR\n'), frame(NARROW, 7, 9).subarray(0, 20)])
    expect(await filled('audio/amr', bytes, 3)).toEqual(bytes)
  })

  test('other encodings are not touched', async () => {
    const bytes = Buffer.from('#!AMR\n and anything else')
    expect(await filled('audio/wav', bytes, 5)).toEqual(bytes)
  })

  test('a call with pauses is as long as it was, and its pauses are silent', async () => {
    const directory = ownDirectory('amr')
    const [wav, amr, fixed] = ['in.wav', 'in.amr', 'out.amr'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ]
    // Two seconds of sound, three of silence, two of sound.
    await run('sox', [
      '-n',
      '-r',
      '8000',
      '-c',
      '1',
      wav,
      'synth',
      '2',
      'sine',
      '440',
      'pad',
      '0',
      '3',
      'repeat',
      '1',
    ])
    await run('sox', [wav, '-t', 'amr-nb', amr])
    const bytes = await readFile(amr)
    const whole = await filled('audio/amr', bytes)
    await writeFile(fixed, whole)
    const frames = (whole.length - 6) / QUIET_NARROW.length
    expect(Number.isInteger(frames)).toBe(true)
    const before = await decode(amr)
    const after = await decode(fixed)
    expect(after.seconds).toBeCloseTo(frames * FRAME_SECONDS, 5)
    expect(before.seconds).toBeLessThan(after.seconds - 2)
    expect(rms(after, 0, 3, 4.5)).toBeLessThan(0.001)
    expect(rms(after, 0, 5.5, 6.5)).toBeGreaterThan(0.05)
  })
})

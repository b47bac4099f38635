import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FastStartError, fastStart } from '../../../src/media/fast-start.ts'
import { box, longBox, places, track } from '../../support/mp4-boxes.ts'
import { ownDirectory } from '../../support/processes.ts'

const run = promisify(execFile)

interface Source {
  readonly read: (offset: number, length: number) => Promise<Buffer>
  readonly reads: number[]
  readonly open: (span: { offset: number; length: number }) => Readable
}

function source(file: Buffer): Source {
  const reads: number[] = []
  const part = (offset: number, length: number) => {
    if (offset < 0 || length < 0 || offset + length > file.length) throw new Error('read outside of the file')
    return file.subarray(offset, offset + length)
  }
  return {
    reads,
    read: async (offset, length) => {
      reads.push(length)
      return part(offset, length)
    },
    open: ({ offset, length }) => Readable.from([part(offset, length)], { objectMode: false }),
  }
}

async function started(file: Buffer): Promise<Buffer> {
  const { read, open } = source(file)
  return buffer(await fastStart(read, file.length, open))
}

/** The places a file names, found without the boxes around them, and what lies there. */
function chunksOf(file: Buffer, kind: 'stco' | 'co64'): string[] {
  const chunks: string[] = []
  for (let at = file.indexOf(kind, 0, 'latin1'); at >= 0; at = file.indexOf(kind, at + 4, 'latin1')) {
    for (let i = 0; i < file.readUInt32BE(at + 8); i++) {
      const entry = at + 12 + (kind === 'stco' ? 4 : 8) * i
      const offset = kind === 'stco' ? file.readUInt32BE(entry) : Number(file.readBigUInt64BE(entry))
      chunks.push(file.toString('latin1', offset, offset + 4))
    }
  }
  return chunks
}

interface Layout {
  readonly kind: 'stco' | 'co64'
  /** Chunks of the sound, all of four bytes, in one or more mdat boxes. */
  readonly media: readonly string[][]
  readonly isLong: boolean
  readonly before: boolean
  readonly between: boolean
  readonly after: boolean
  readonly openEnd: boolean
}

function build(layout: Layout): Buffer {
  const { kind, media, isLong, before, between, after, openEnd } = layout
  const parts = [box('ftyp', Buffer.from('M4A \0\0\0\0isom', 'latin1'))]
  if (before) parts.push(box('free', Buffer.alloc(13)))
  const offsets: number[] = []
  for (const chunks of media) {
    const start = Buffer.concat(parts).length + (isLong ? 16 : 8)
    chunks.forEach((_, i) => {
      offsets.push(start + 4 * i)
    })
    parts.push((isLong ? longBox : box)('mdat', Buffer.from(chunks.join(''), 'latin1')))
    if (between) parts.push(box('wide'), box('uuid', Buffer.alloc(40, 1)))
  }
  const half = Math.ceil(offsets.length / 2)
  const tracks = [offsets.slice(0, half), offsets.slice(half)].map((list) => track(places(kind, list)))
  const index = box('moov', box('mvhd', Buffer.alloc(100)), ...tracks, box('udta', Buffer.alloc(4)))
  const isLast = openEnd && !after
  if (isLast) index.writeUInt32BE(0)
  parts.push(index)
  if (after) parts.push(box('free', Buffer.alloc(20)))
  return Buffer.concat(parts)
}

const anyLayout: fc.Arbitrary<Layout> = fc.record({
  kind: fc.constantFrom('stco', 'co64'),
  media: fc.array(
    fc.array(
      // Digits only: the names of boxes must not be found in the sound by chance.
      fc.nat(9999).map((n) => String(n).padStart(4, '0')),
      { minLength: 1, maxLength: 8 },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  isLong: fc.boolean(),
  before: fc.boolean(),
  between: fc.boolean(),
  after: fc.boolean(),
  openEnd: fc.boolean(),
})

describe('fastStart', () => {
  it('puts the index first and finds every chunk where the index says', async () => {
    await fc.assert(
      fc.asyncProperty(anyLayout, async (layout) => {
        const file = build(layout)
        const result = await started(file)
        expect(result.length).toBe(file.length)
        expect(result.indexOf('moov')).toBeLessThan(result.indexOf('mdat'))
        expect(chunksOf(file, layout.kind)).toEqual(layout.media.flat())
        expect(chunksOf(result, layout.kind)).toEqual(layout.media.flat())
        // And what came out needs nothing more.
        expect(await started(result)).toEqual(result)
      }),
      { numRuns: 500 },
    )
  })

  it('either works or fails with FastStartError when bytes are flipped, and reads little', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLayout,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(), { nil: undefined }),
        async (layout, changes, cut) => {
          const whole = build(layout)
          for (const [at, value] of changes) whole[at % whole.length] = value
          const file = whole.subarray(0, cut === undefined ? whole.length : cut % (whole.length + 1))
          const { read, reads, open } = source(file)
          const result = await fastStart(read, file.length, open)
            .then(buffer)
            .catch((error: unknown) => {
              expect(error).toBeInstanceOf(FastStartError)
            })
          if (result) expect(result.length).toBe(file.length)
          expect(reads.length).toBeLessThanOrEqual(1001)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('leaves places alone that lie outside of the sound', async () => {
    const media = box('mdat', Buffer.from('abcd'))
    const file = Buffer.concat([media, box('moov', track(places('stco', [0xffff_fff0, 8, 12, 20])))])
    const result = await started(file)
    const at = result.indexOf('stco') + 12
    const shift = file.length - media.length
    expect([0, 4, 8, 12].map((i) => result.readUInt32BE(at + i))).toEqual([0xffff_fff0, 8 + shift, 12, 20])
  })

  it.each([
    ['no index', Buffer.concat([box('ftyp', Buffer.alloc(8)), box('mdat', Buffer.alloc(99))])],
    ['no index', Buffer.alloc(0)],
    ['no index', Buffer.concat(Array.from({ length: 2000 }, () => box('free')))],
    ['does not fit', Buffer.concat([box('mdat'), box('moov', Buffer.alloc(9)).subarray(0, -1)])],
    ['compressed', Buffer.concat([box('mdat'), box('moov', box('cmov', box('dcom')))])],
    ['cut off', Buffer.concat([box('mdat'), Buffer.from('moov')])],
    [
      'list of places is cut off',
      Buffer.concat([box('mdat'), box('moov', track(box('stco', Buffer.alloc(6))))]),
    ],
    [
      'list of places is cut off',
      Buffer.concat([box('mdat'), box('moov', track(box('co64', Buffer.from('00000000ffffffff', 'hex'))))]),
    ],
  ])('fails with FastStartError: %s', async (message, file) => {
    await expect(started(file)).rejects.toBeInstanceOf(FastStartError)
    await expect(started(file)).rejects.toThrow(message)
  })

  it('does not follow boxes nested without end', async () => {
    const depth = 1_000_000
    const nested = Buffer.alloc(8 * depth)
    for (let i = 0; i < depth; i++) {
      nested.writeUInt32BE(8 * (depth - i), 8 * i)
      nested.write(['trak', 'mdia', 'minf', 'stbl'][i % 4] ?? '', 8 * i + 4, 'latin1')
    }
    const file = Buffer.concat([box('mdat'), box('moov', nested)])
    expect((await started(file)).length).toBe(file.length)
  })

  it('does not fetch an index of 17 MiB, nor one that claims more than there is', async () => {
    const claim = (length: bigint) => {
      const header = Buffer.alloc(16)
      header.writeUInt32BE(1)
      header.write('moov', 4, 'latin1')
      header.writeBigUInt64BE(length, 8)
      return header
    }
    const large = 17 * 1024 * 1024
    for (const length of [BigInt(large), 2n ** 63n, 2n ** 64n - 1n, 3n]) {
      const start = Buffer.concat([box('mdat', Buffer.alloc(8)), claim(length)])
      const fetched: number[] = []
      const read = async (offset: number, bytes: number) => {
        fetched.push(bytes)
        return start.subarray(offset, offset + bytes)
      }
      const never = () => Readable.from([])
      await expect(fastStart(read, 16 + large, never)).rejects.toBeInstanceOf(FastStartError)
      expect(Math.max(...fetched)).toBeLessThanOrEqual(16)
    }
  })

  it('ends what it reads from when nobody wants the rest, and passes on why it failed', async () => {
    const file = build({
      ...{ kind: 'stco', media: [['abcd']], isLong: false },
      ...{ before: false, between: false, after: true, openEnd: false },
    })
    const { read } = source(file)
    const opened: Readable[] = []
    const endless = () => {
      const stream = new Readable({ read: () => stream.push(Buffer.alloc(1000)) })
      opened.push(stream)
      return stream
    }
    const result = await fastStart(read, file.length, endless)
    for await (const _ of result) break
    expect(opened.map((stream) => stream.destroyed)).toEqual([true])
    const broken = await fastStart(
      read,
      file.length,
      () =>
        new Readable({
          read: (): never => {
            throw new Error('the store is away')
          },
        }),
    )
    await expect(buffer(broken)).rejects.toThrow('the store is away')
  })
})

describe('fastStart on what ffmpeg writes', () => {
  const directory = ownDirectory('faststart')
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y']
  // Noise in the tone keeps the file larger than what a reader of a pipe could hold back and go back in.
  const sound = ['-f', 'lavfi', '-i', 'aevalsrc=0.3*sin(700*t*t)+0.1*random(0):s=44100:d=40']

  async function decoded(...input: string[]): Promise<string> {
    const { stdout } = await run('ffmpeg', [...quiet, ...input, '-map', '0:a:0', '-f', 'md5', '-'])
    return stdout
  }

  it.each([
    ['call.m4a', [], true],
    ['call.3gp', [], true],
    ['call.mov', ['-f', 'mov'], true],
    ['two.mp4', ['-f', 'lavfi', '-i', 'testsrc=d=3:s=128x96', '-c:v', 'mpeg4', '-b:v', '900k'], true],
    ['first.m4a', ['-movflags', '+faststart'], false],
    ['fragments.m4a', ['-movflags', 'frag_keyframe+empty_moov', '-frag_duration', '500000'], false],
  ] as const)('%s decodes from a pipe as it does from the file', async (name, options, isMoved) => {
    const path = join(directory, name)
    await run('ffmpeg', [...quiet, ...sound, ...options, '-c:a', 'aac', '-b:a', '192k', path])
    const file = await readFile(path)
    const result = await started(file)
    expect(result.equals(file)).toBe(!isMoved)
    const child = run('ffmpeg', [
      ...quiet.slice(0, 3),
      '-f',
      'mov',
      '-i',
      'pipe:0',
      '-map',
      '0:a:0',
      '-f',
      'md5',
      '-',
    ])
    child.child.stdin?.end(result)
    expect((await child).stdout).toBe(await decoded('-i', path))
  })
})

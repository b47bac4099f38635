import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  fromBufferPromise,
  fromRandomAccessReaderPromise,
  RandomAccessReader,
  type ZipFile as ZipFileReader,
} from 'yauzl'
import { dosTime, layOut, readZip, type ZipFile, type ZipLayout } from '../../../src/privacy/package-zip.ts'

const run = promisify(execFile)
const AT = dosTime(new Date('2026-11-20T10:15:31Z'))

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'zip-'))
})
afterAll(() => rm(directory, { recursive: true }))

const zipOf = (contents: readonly Buffer[], names = contents.map((_, i) => `file-${i}`)) => {
  const files = contents.map((bytes, i) => ({
    name: names[i] ?? '',
    bytes: bytes.length,
    crc32: crc32(bytes),
  }))
  const layout = layOut(files, AT)
  const read = async (offset: number, length: number) =>
    Buffer.concat(
      await Array.fromAsync(
        readZip(layout, { offset, length }, async function* (file, span) {
          yield (contents[file] as Buffer).subarray(span.offset, span.offset + span.length)
        }),
      ),
    )
  return { layout, read }
}

const ALL = { offset: 0, length: Number.MAX_SAFE_INTEGER }

/** The archive as a file of which only the structure is there; what is read of the contents is zeros. */
class Hollow extends RandomAccessReader {
  readonly #layout: ZipLayout
  constructor(layout: ZipLayout) {
    super()
    this.#layout = layout
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(
      readZip(this.#layout, { offset: start, length: end - start }, async function* (_file, span) {
        yield Buffer.alloc(span.length)
      }),
    )
  }
}

const hollow = (files: readonly ZipFile[]) => {
  const layout = layOut(files, AT)
  return fromRandomAccessReaderPromise(new Hollow(layout), layout.bytes, { strictFileNames: true })
}

const listed = async (zip: ZipFileReader) => {
  const found = []
  for await (const { fileName, uncompressedSize, crc32: sum } of zip.eachEntry())
    found.push({ name: fileName, bytes: uncompressedSize, crc32: sum })
  return found
}

test('Debian’s unzip finds every file whole', async () => {
  const contents = ['index', '', 'x'.repeat(100_000)].map((text) => Buffer.from(text))
  const { layout, read } = zipOf(contents, ['index.html', 'recordings/a/empty', 'recordings/a/long.txt'])
  const path = join(directory, 'plain.zip')
  await writeFile(path, await read(0, layout.bytes))

  const { stdout } = await run('unzip', ['-t', path])
  expect(stdout).toContain('No errors detected')
  const { stdout: text } = await run('unzip', ['-p', path, 'index.html'])
  expect(text).toBe('index')
  const { stdout: list } = await run('unzip', ['-Zl', path], { env: { TZ: 'UTC' } })
  expect(list).toContain('-rw-r--r--')
  expect(list).toContain('26-Nov-20 10:15')
})

test('any part of the archive is the same part of the whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }),
      fc.nat(),
      fc.nat(),
      async (contents, at, size) => {
        const { layout, read } = zipOf(contents.map((bytes) => Buffer.from(bytes)))
        const whole = await read(0, layout.bytes)
        expect(whole.length).toBe(layout.bytes)
        const offset = at % layout.bytes
        const length = 1 + (size % (layout.bytes - offset))
        expect(await read(offset, length)).toEqual(whole.subarray(offset, offset + length))
      },
    ),
    { numRuns: 200 },
  )
})

test('an archive of more than 65,536 files, files of more than 4 GiB, and files behind them are found by another reader', async () => {
  const many = Array.from({ length: 66_000 }, (_, i) => ({ name: `f/${i}`, bytes: 0, crc32: i }))
  const whole = Buffer.concat(await Array.fromAsync(readZip(layOut(many, AT), ALL, async function* () {})))
  expect(await listed(await fromBufferPromise(whole))).toEqual(many)
  const large = [2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 7, 6 * 2 ** 32].map((bytes, i) => ({
    name: `large-${i}`,
    bytes,
    crc32: 0xfeed_0000 + i,
  }))
  expect(await listed(await hollow(large))).toEqual(large)
})

test('an archive of no files is one', async () => {
  expect(await listed(await hollow([]))).toEqual([])
})

import { Readable } from 'node:stream'
import { fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile as ZipReader } from 'yauzl'
import type { ByteSpan } from '../storage/object-store.ts'
import { type DosTime, layOut, type ZipFile, type ZipLayout } from './package-zip.ts'

/** An archive that somebody brought: of any origin, believed in nothing. */
export interface Archive {
  readonly bytes: number
  read(span: ByteSpan): AsyncIterable<Buffer>
}

/** It is no archive that we could have made; the message says why. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}

export interface OpenArchive {
  readonly files: readonly ZipFile[]
  readonly stamp: DosTime
  readonly layout: ZipLayout
}

/** More files than any package of ours: not worth the memory of their names. */
const MOST_FILES = 500_000

class ArchiveReader extends RandomAccessReader {
  readonly #archive: Archive
  constructor(archive: Archive) {
    super()
    this.#archive = archive
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#archive.read({ offset: start, length: end - start }))
  }
}

/**
 * Reads the directory of an archive and compares every byte that is no content with the only archive there is of
 * these files. Nothing can hide then: no second copy of a header that says something else, no file that lies on
 * top of another, nothing before, between or behind. Throws ArchiveError.
 */
export async function openArchive(archive: Archive): Promise<OpenArchive> {
  const { files, stamp } = await listFiles(archive)
  const layout = layOut(files, stamp)
  if (layout.bytes !== archive.bytes)
    throw new ArchiveError(`its files take ${layout.bytes} bytes, and it has ${archive.bytes}`)
  for (const piece of layout.pieces()) {
    if (piece.kind === 'content' || (await isThere(archive, piece.offset, piece.make()))) continue
    throw new ArchiveError(`its structure was changed at byte ${piece.offset}`)
  }
  return { files, stamp, layout }
}

async function isThere(archive: Archive, offset: number, bytes: Buffer): Promise<boolean> {
  const found = await Array.fromAsync(archive.read({ offset, length: bytes.length }))
  return Buffer.concat(found).equals(bytes)
}

async function listFiles(archive: Archive): Promise<Pick<OpenArchive, 'files' | 'stamp'>> {
  const names = new Set<string>()
  const files: ZipFile[] = []
  let stamp: DosTime = { date: 0, time: 0 }
  try {
    const zip: ZipReader = await fromRandomAccessReaderPromise(new ArchiveReader(archive), archive.bytes, {
      strictFileNames: true,
    })
    for await (const entry of zip.eachEntry()) {
      const { fileName: name, compressionMethod, uncompressedSize: bytes } = entry
      if (files.length >= MOST_FILES) throw new ArchiveError(`it has more than ${MOST_FILES} files`)
      if (names.has(name)) throw new ArchiveError(`it has two files called ${quoted(name)}`)
      if (compressionMethod !== 0) throw new ArchiveError(`${quoted(name)} is compressed`)
      names.add(name)
      files.push({ name, bytes, crc32: entry.crc32 })
      stamp = { date: entry.lastModFileDate, time: entry.lastModFileTime }
    }
  } catch (cause) {
    if (cause instanceof ArchiveError) throw cause
    throw new ArchiveError(cause instanceof Error ? cause.message : 'it cannot be read', { cause })
  }
  return { files, stamp }
}

/** A name that somebody else chose, fit for a terminal. */
export const quoted = (name: string): string => JSON.stringify(name.slice(0, 200))

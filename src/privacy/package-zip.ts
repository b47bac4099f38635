import type { ByteSpan } from '../storage/object-store.ts'

/**
 * ZIP (APPNOTE 6.3.10) of files that are stored as they are. With sizes and checksums known before, every byte
 * of the archive has its place before the first one is read: so it can be sent from any offset on, with the
 * memory of one piece, and checked byte for byte by whoever has the list of files. ZIP64 where numbers are too
 * large for the fields of 1989.
 */
export interface ZipFile {
  /** Printable ASCII, no directory outside the archive. */
  readonly name: string
  readonly bytes: number
  readonly crc32: number
}

/** A run of bytes of the archive: part of its structure, or the content of one file. */
export type ZipPiece = { readonly offset: number; readonly length: number } & (
  | { readonly kind: 'structure'; readonly make: () => Buffer }
  | { readonly kind: 'content'; readonly file: number }
)

export interface ZipLayout {
  /** Length of the whole archive. */
  readonly bytes: number
  /** Every piece that reaches beyond an offset, in order. */
  pieces(from?: number): Generator<ZipPiece>
}

const LOCAL_HEADER = 0x04034b50
const DIRECTORY_ENTRY = 0x02014b50
const END_OF_DIRECTORY = 0x06054b50
const END_OF_DIRECTORY_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const ZIP64_EXTRA = 0x0001

const MOST_32 = 0xffff_ffff
const MOST_16 = 0xffff
const VERSION_PLAIN = 20
const VERSION_64 = 45
/** Made on Unix, so that the permissions below mean something. */
const MADE_BY = (3 << 8) | VERSION_64
/** A regular file that its owner writes and everybody reads. */
const UNIX_MODE = 0o100644
/** Names are UTF-8. */
const FLAGS = 0x0800

export interface DosTime {
  readonly date: number
  readonly time: number
}

/** The day and time of every file, to two seconds, in UTC: the format knows no zones. */
export function dosTime(at: Date): DosTime {
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  return { date, time }
}

/** Where everything is in an archive of these files, in their order. */
export function layOut(files: readonly ZipFile[], stamp: DosTime): ZipLayout {
  const starts = runningTotal(files, ({ bytes, name }) => localLength(bytes, name) + bytes, 0)
  const startOf = (file: number): number => starts[file] ?? 0
  const directoryAt = startOf(files.length)
  const entryStarts = runningTotal(
    files,
    ({ bytes, name }, i) => entryLength(bytes, startOf(i), name),
    directoryAt,
  )
  const endAt = entryStarts[files.length] ?? 0
  const end = endRecords({ count: files.length, offset: directoryAt, length: endAt - directoryAt })

  function* contents(from: number): Generator<ZipPiece> {
    for (let i = firstBeyond(starts, from); i < files.length; i += 1) {
      const file = files[i] as ZipFile
      const offset = startOf(i)
      const length = localLength(file.bytes, file.name)
      yield { kind: 'structure', offset, length, make: () => localHeader(file, stamp) }
      yield { kind: 'content', offset: offset + length, length: file.bytes, file: i }
    }
  }

  function* directory(from: number): Generator<ZipPiece> {
    for (let i = firstBeyond(entryStarts, from); i < files.length; i += 1) {
      const file = files[i] as ZipFile
      const offset = entryStarts[i] ?? 0
      const length = entryLength(file.bytes, startOf(i), file.name)
      yield { kind: 'structure', offset, length, make: () => directoryEntry(file, startOf(i), stamp) }
    }
    yield { kind: 'structure', offset: endAt, length: end.length, make: () => end }
  }

  return {
    bytes: endAt + end.length,
    *pieces(from = 0) {
      for (const piece of contents(from)) if (piece.offset + piece.length > from) yield piece
      for (const piece of directory(from)) if (piece.offset + piece.length > from) yield piece
    },
  }
}

/** The content of a file, or a part of it. */
export type OpenContent = (file: number, span: ByteSpan) => AsyncIterable<Buffer>

/** The bytes of a span of the archive, in pieces. */
export async function* readZip(
  layout: ZipLayout,
  { offset, length }: ByteSpan,
  open: OpenContent,
): AsyncGenerator<Buffer> {
  const end = offset + length
  for (const piece of layout.pieces(offset)) {
    if (piece.offset >= end) return
    const from = Math.max(0, offset - piece.offset)
    const to = Math.min(piece.length, end - piece.offset)
    if (piece.kind === 'structure') yield piece.make().subarray(from, to)
    else if (to > from) yield* open(piece.file, { offset: from, length: to - from })
  }
}

/** Beginnings of items that follow each other, and the end of the last. */
function runningTotal<T>(items: readonly T[], length: (item: T, i: number) => number, from: number) {
  const totals = new Float64Array(items.length + 1)
  totals[0] = from
  items.forEach((item, i) => {
    totals[i + 1] = (totals[i] ?? 0) + length(item, i)
  })
  return totals
}

/** The first item that does not end before an offset; starts are in order. */
function firstBeyond(starts: Float64Array, from: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle + 1] ?? 0) <= from) low = middle + 1
    else high = middle
  }
  return low
}

const isLarge = (value: number): boolean => value >= MOST_32
const localLength = (bytes: number, name: string): number => 30 + name.length + (isLarge(bytes) ? 20 : 0)
const entryLength = (bytes: number, offset: number, name: string): number =>
  46 + name.length + extraOf(bytes, offset).length

/** Numbers that are too large for their own fields, in the order of APPNOTE 4.5.3. */
function extraOf(bytes: number, offset: number): Buffer {
  const values = [...(isLarge(bytes) ? [bytes, bytes] : []), ...(isLarge(offset) ? [offset] : [])]
  if (values.length === 0) return Buffer.alloc(0)
  const extra = Buffer.alloc(4 + values.length * 8)
  extra.writeUInt16LE(ZIP64_EXTRA, 0)
  extra.writeUInt16LE(values.length * 8, 2)
  values.forEach((value, i) => void extra.writeBigUInt64LE(BigInt(value), 4 + i * 8))
  return extra
}

/** Version, flags, method, time, checksum, sizes and lengths of name and extra field: the same in both headers. */
function writeFacts(into: Buffer, at: number, file: ZipFile, stamp: DosTime, extra: number): void {
  const size = Math.min(file.bytes, MOST_32)
  into.writeUInt16LE(extra > 0 ? VERSION_64 : VERSION_PLAIN, at)
  into.writeUInt16LE(FLAGS, at + 2)
  into.writeUInt16LE(0, at + 4)
  into.writeUInt16LE(stamp.time, at + 6)
  into.writeUInt16LE(stamp.date, at + 8)
  into.writeUInt32LE(file.crc32, at + 10)
  into.writeUInt32LE(size, at + 14)
  into.writeUInt32LE(size, at + 18)
  into.writeUInt16LE(file.name.length, at + 22)
  into.writeUInt16LE(extra, at + 24)
}

function localHeader(file: ZipFile, stamp: DosTime): Buffer {
  const extra = extraOf(file.bytes, 0)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(LOCAL_HEADER, 0)
  writeFacts(header, 4, file, stamp, extra.length)
  return Buffer.concat([header, Buffer.from(file.name, 'latin1'), extra])
}

function directoryEntry(file: ZipFile, offset: number, stamp: DosTime): Buffer {
  const extra = extraOf(file.bytes, offset)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(DIRECTORY_ENTRY, 0)
  entry.writeUInt16LE(MADE_BY, 4)
  writeFacts(entry, 6, file, stamp, extra.length)
  entry.writeUInt32LE(UNIX_MODE * 0x1_0000, 38)
  entry.writeUInt32LE(Math.min(offset, MOST_32), 42)
  return Buffer.concat([entry, Buffer.from(file.name, 'latin1'), extra])
}

interface Directory {
  readonly count: number
  readonly offset: number
  readonly length: number
}

function endRecords(directory: Directory): Buffer {
  const { count, offset, length } = directory
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END_OF_DIRECTORY, 0)
  end.writeUInt16LE(Math.min(count, MOST_16), 8)
  end.writeUInt16LE(Math.min(count, MOST_16), 10)
  end.writeUInt32LE(Math.min(length, MOST_32), 12)
  end.writeUInt32LE(Math.min(offset, MOST_32), 16)
  const isLong = count >= MOST_16 || isLarge(offset) || isLarge(length)
  return isLong ? Buffer.concat([endRecords64(directory), end]) : end
}

function endRecords64({ count, offset, length }: Directory): Buffer {
  const end = Buffer.alloc(56)
  end.writeUInt32LE(END_OF_DIRECTORY_64, 0)
  end.writeBigUInt64LE(44n, 4)
  end.writeUInt16LE(MADE_BY, 12)
  end.writeUInt16LE(VERSION_64, 14)
  end.writeBigUInt64LE(BigInt(count), 24)
  end.writeBigUInt64LE(BigInt(count), 32)
  end.writeBigUInt64LE(BigInt(length), 40)
  end.writeBigUInt64LE(BigInt(offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(LOCATOR_64, 0)
  locator.writeBigUInt64LE(BigInt(offset + length), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end, locator])
}

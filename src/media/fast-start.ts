import { Readable } from 'node:stream'

/** The file's index is missing, broken, or too large to believe; the message says which. */
export class FastStartError extends Error {
  override readonly name = 'FastStartError'
}

export interface FilePart {
  /** In bytes from the start of the file. */
  readonly offset: number
  readonly length: number
}

/** Hours of sound in the smallest chunks need less. */
const MAX_INDEX_BYTES = 16 * 1024 * 1024
/** Boxes that are looked at until the index is found; each costs a read. */
const MAX_BOXES = 1000
const LONG_HEADER_BYTES = 16

interface Box extends FilePart {
  readonly type: string
  readonly headerBytes: number
}

/**
 * An MPEG-4 or 3GPP file as a stream that can be decoded from its beginning to its end. Recorders write the index
 * (`moov`) when they know it, behind the sound; here it comes before the sound, with the places of the sound in it
 * corrected. A file that has its index first, fragmented ones too, comes unchanged. Holds the index in memory, at
 * most 16 MiB. Rejects with FastStartError, or with what a read failed with.
 */
export async function fastStart(
  read: (offset: number, length: number) => Promise<Buffer>,
  bytes: number,
  stream: (span: FilePart) => Readable,
): Promise<Readable> {
  const { index, media } = await findIndex(read, bytes)
  if (media === undefined) return stream({ offset: 0, length: bytes })
  if (index.length > MAX_INDEX_BYTES) throw new FastStartError('the index is larger than 16 MiB')
  const moved = Buffer.from(await read(index.offset, index.length))
  if (moved.length !== index.length) throw new FastStartError('the index is cut off')
  // A last box may leave its size open, which in the middle would take in all that follows.
  if (moved.readUInt32BE(0) === 0) moved.writeUInt32BE(moved.length, 0)
  const sound = { from: media.offset, to: index.offset, shift: index.length }
  correctPlaces(moved.subarray(index.headerBytes), sound)
  const end = index.offset + index.length
  const parts: readonly (FilePart | Buffer)[] = [
    { offset: 0, length: media.offset },
    moved,
    { offset: media.offset, length: index.offset - media.offset },
    { offset: end, length: bytes - end },
  ]
  return Readable.from(inOrder(parts, stream), { objectMode: false })
}

async function* inOrder(
  parts: readonly (FilePart | Buffer)[],
  stream: (span: FilePart) => Readable,
): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (Buffer.isBuffer(part)) yield part
    else if (part.length > 0) yield* stream(part) as AsyncIterable<Buffer>
  }
}

/** The index, and the first sound before it; without that nothing has to move. */
async function findIndex(
  read: (offset: number, length: number) => Promise<Buffer>,
  bytes: number,
): Promise<{ readonly index: Box; readonly media: Box | undefined }> {
  let media: Box | undefined
  let offset = 0
  for (let count = 0; offset < bytes && count < MAX_BOXES; count++) {
    const header = await read(offset, Math.min(LONG_HEADER_BYTES, bytes - offset))
    const box = boxAt(header, 0, bytes - offset, offset)
    if (box.type === 'moov') return { index: box, media }
    if (box.type === 'mdat') media ??= box
    offset += box.length
  }
  throw new FastStartError('the file has no index')
}

/**
 * The box whose header is at `at`, with `room` bytes from there to the end of what holds it. Its offset is
 * counted from `base`. Throws FastStartError when it does not fit.
 */
function boxAt(bytes: Buffer, at: number, room: number, base = 0): Box {
  if (room < 8 || bytes.length < at + 8) throw new FastStartError('a box is cut off')
  const short = bytes.readUInt32BE(at)
  const isLong = short === 1
  const headerBytes = isLong ? LONG_HEADER_BYTES : 8
  if (isLong && bytes.length < at + LONG_HEADER_BYTES) throw new FastStartError('a box is cut off')
  // Zero: to the end of what holds it.
  const length = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : short || room
  if (length < headerBytes || length > room) throw new FastStartError('a box does not fit where it is')
  return { type: bytes.toString('latin1', at + 4, at + 8), offset: base + at, length, headerBytes }
}

/** Where the sound was in the file, and how far it moves. */
interface Move {
  readonly from: number
  readonly to: number
  readonly shift: number
}

/** What holds what from the index down to the places of a track's chunks; nothing is looked for elsewhere. */
const WAY_DOWN = ['trak', 'mdia', 'minf', 'stbl'] as const

/** Changes the content of the index, or of a box `depth` levels below it, in place. */
function correctPlaces(content: Buffer, move: Move, depth = 0): void {
  // What is left behind the last box is padding: some writers end a list with a zero.
  for (let at = 0; content.length - at >= 8; ) {
    const { type, length, headerBytes } = boxAt(content, at, content.length - at)
    const inner = content.subarray(at + headerBytes, at + length)
    if (type === 'cmov') throw new FastStartError('the index is compressed')
    if (type === WAY_DOWN[depth]) correctPlaces(inner, move, depth + 1)
    if (type === 'stco') eachPlace(inner, 4, (entry) => correctShort(inner, entry, move))
    if (type === 'co64') eachPlace(inner, 8, (entry) => correctLong(inner, entry, move))
    at += length
  }
}

/** After version and flags comes how many places there are. */
function eachPlace(content: Buffer, width: number, correct: (entry: number) => void): void {
  const count = content.length < 8 ? -1 : content.readUInt32BE(4)
  if (count < 0 || count * width > content.length - 8) throw new FastStartError('a list of places is cut off')
  for (let i = 0; i < count; i++) correct(8 + i * width)
}

/** Places outside of the sound are wrong anyway; the decoder will say so. */
function correctShort(content: Buffer, at: number, { from, to, shift }: Move): void {
  const place = content.readUInt32BE(at)
  if (place < from || place >= to) return
  if (place + shift > 0xffff_ffff) throw new FastStartError('the sound would lie beyond 4 GiB')
  content.writeUInt32BE(place + shift, at)
}

function correctLong(content: Buffer, at: number, { from, to, shift }: Move): void {
  const place = content.readBigUInt64BE(at)
  if (place < BigInt(from) || place >= BigInt(to)) return
  content.writeBigUInt64BE(place + BigInt(shift), at)
}

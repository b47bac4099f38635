/** How one sample of one channel is written; `other` is anything that is not one number per sample. */
export type WavEncoding = 'pcm' | 'float' | 'mulaw' | 'alaw' | 'other'

export interface WavHeader {
  readonly encoding: WavEncoding
  readonly channels: number
  /** In hertz. */
  readonly sampleRate: number
  readonly bitsPerSample: number
  /** Bytes of one frame: one sample of every channel. */
  readonly frameBytes: number
  /** Where the samples start. */
  readonly dataOffset: number
  /** Undefined for a stream whose writer did not know or never came back to say: then to the end of the file. */
  readonly dataBytes: number | undefined
}

/** The bytes are no WAV file that can be read; the message says what is wrong with them. */
export class WavError extends Error {
  override readonly name = 'WavError'
}

/** How far from the start the samples may begin; real headers need some hundred bytes. */
export const MAX_WAV_HEADER_BYTES = 64 * 1024

const CHUNK_HEADER_BYTES = 8
const UNKNOWN_SIZE = 0xffff_ffff
const ENCODINGS: Readonly<Record<number, WavEncoding>> = { 1: 'pcm', 3: 'float', 6: 'alaw', 7: 'mulaw' }
const EXTENSIBLE = 0xfffe
/** What follows the two bytes of a plain format tag in the GUID of an extensible one (KSDATAFORMAT_SUBTYPE). */
const SUBTYPE_TAIL = Buffer.from('000000001000800000aa00389b71', 'hex')

type Format = Omit<WavHeader, 'dataOffset' | 'dataBytes'>

/**
 * Reads the header of a RIFF, RF64 or BW64 WAVE file up to its first data chunk. As long as `head` is too
 * short for that it answers with the number of bytes it needs to get further. Throws WavError.
 */
export function parseWavHeader(head: Buffer): WavHeader | Needs {
  if (head.length < 12) return { needs: 12 }
  const isLong = isLongForm(head)
  const described: Described = {}
  for (let at = 12; ; ) {
    const chunk = chunkAt(head, at)
    if ('needs' in chunk) return chunk
    if (chunk.content === undefined) {
      const sizes = {
        dataOffset: at + CHUNK_HEADER_BYTES,
        dataBytes: dataBytes(chunk.size, described.longBytes),
      }
      return { ...known(described.format), ...sizes }
    }
    if (chunk.id === 'fmt ') describeFormat(described, chunk.content)
    if (chunk.id === 'ds64' && isLong) described.longBytes = parseLongSize(chunk.content)
    at = chunk.end
  }
}

/** RF64 and BW64 have sizes of 64 bits in a chunk of their own. */
function isLongForm(head: Buffer): boolean {
  const form = head.toString('latin1', 0, 4)
  if (!/^(RIFF|RF64|BW64)$/.test(form) || head.toString('latin1', 8, 12) !== 'WAVE')
    throw new WavError('not a WAV file')
  return form !== 'RIFF'
}

interface Needs {
  readonly needs: number
}

/** What the chunks before the samples said. */
interface Described {
  format?: Format
  longBytes?: number | undefined
}

interface Chunk {
  readonly id: string
  readonly size: number
  /** Undefined for the samples themselves. */
  readonly content: Buffer | undefined
  /** Where the next chunk starts. */
  readonly end: number
}

function chunkAt(head: Buffer, at: number): Chunk | Needs {
  const start = at + CHUNK_HEADER_BYTES
  if (start > MAX_WAV_HEADER_BYTES) throw new WavError('no samples within the first 64 KiB')
  if (head.length < start) return { needs: start }
  const id = head.toString('latin1', at, at + 4)
  const size = head.readUInt32LE(at + 4)
  // Chunks start at even places.
  const end = start + size + (size % 2)
  if (id === 'data') return { id, size, content: undefined, end }
  if (end > MAX_WAV_HEADER_BYTES) throw new WavError('no samples within the first 64 KiB')
  return head.length < end ? { needs: end } : { id, size, content: head.subarray(start, start + size), end }
}

function describeFormat(described: Described, content: Buffer): void {
  // Programs differ in which of two descriptions they believe.
  if (described.format !== undefined) throw new WavError('two descriptions of the format')
  described.format = parseFormat(content)
}

function known(format: Format | undefined): Format {
  if (format === undefined) throw new WavError('samples before their format')
  return format
}

/** Zero is what a writer leaves that was killed, or that could not go back on a pipe. */
function dataBytes(size: number, long: number | undefined): number | undefined {
  const bytes = size === UNKNOWN_SIZE ? long : size
  return bytes === 0 ? undefined : bytes
}

function parseLongSize(chunk: Buffer): number | undefined {
  if (chunk.length < 24) throw new WavError('the ds64 chunk is too short')
  const bytes = Number(chunk.readBigUInt64LE(8))
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

function parseFormat(chunk: Buffer): Format {
  if (chunk.length < 16) throw new WavError('the fmt chunk is too short')
  const channels = chunk.readUInt16LE(2)
  const sampleRate = chunk.readUInt32LE(4)
  const frameBytes = chunk.readUInt16LE(12)
  const bitsPerSample = chunk.readUInt16LE(14)
  if (channels === 0 || sampleRate === 0 || frameBytes === 0) throw new WavError('a format of nothing')
  const named = ENCODINGS[formatTag(chunk)] ?? 'other'
  const isPlain = hasWidth(named, bitsPerSample) && frameBytes === (channels * bitsPerSample) / 8
  return { encoding: isPlain ? named : 'other', channels, sampleRate, bitsPerSample, frameBytes }
}

function formatTag(chunk: Buffer): number {
  const tag = chunk.readUInt16LE(0)
  if (tag !== EXTENSIBLE || chunk.length < 40) return tag
  return chunk.subarray(26, 40).equals(SUBTYPE_TAIL) ? chunk.readUInt16LE(24) : tag
}

const WIDTHS: Readonly<Record<WavEncoding, readonly number[]>> = {
  pcm: [8, 16, 24, 32],
  float: [32, 64],
  mulaw: [8],
  alaw: [8],
  other: [],
}

const hasWidth = (encoding: WavEncoding, bits: number): boolean => WIDTHS[encoding].includes(bits)

/** The header once it is complete, and all bytes so far, of which some may already be samples. */
export interface WavStart {
  readonly header: WavHeader
  readonly bytes: Buffer
}

/** Takes a stream's pieces until its header is complete; every call throws WavError when there is none. */
export function wavStartReader(): (piece: Buffer) => WavStart | undefined {
  let pieces: Buffer[] = []
  let held = 0
  let needs = 0
  return (piece) => {
    pieces.push(piece)
    held += piece.length
    if (held < needs) return undefined
    const bytes = Buffer.concat(pieces)
    const parsed = parseWavHeader(bytes)
    if (!('needs' in parsed)) return { header: parsed, bytes }
    needs = parsed.needs
    pieces = [bytes]
    return undefined
  }
}

import { Transform } from 'node:stream'
import { type FrameRange, framesOf, type TimeRange } from './time-range.ts'
import { parseWavHeader, WavError, type WavHeader, wavStartReader } from './wav-header.ts'

/**
 * Whether `silenceWav` can work on the file that starts with these bytes (as many as `sniffAudio` sees): samples
 * of which each is a number by itself. Everything else has to be decoded for it.
 */
export function canSilence(head: Buffer): boolean {
  try {
    const parsed = parseWavHeader(head)
    return !('needs' in parsed) && parsed.encoding !== 'other'
  } catch {
    return false
  }
}

/**
 * Passes a WAV file on with digital silence in the ranges, on all channels; every other sample and the header
 * stay as they are, byte by byte. Whatever follows the samples is dropped, because a second data chunk there
 * would be a hiding place, and a RIFF size that counted it is lowered. Fails with WavError when `canSilence`
 * would say no; throws RangeError as `mergeRanges` does.
 */
export function silenceWav(ranges: readonly TimeRange[]): Transform {
  framesOf(ranges, 1)
  const readStart = wavStartReader()
  let silencer: Silencer | undefined

  function change(piece: Buffer): Buffer | undefined {
    if (silencer !== undefined) return silencer.change(piece)
    const start = readStart(piece)
    if (start === undefined) return undefined
    const { header, bytes } = start
    silencer = makeSilencer(header, ranges)
    const samples = silencer.change(bytes.subarray(header.dataOffset))
    return Buffer.concat([honestHead(header, bytes), samples])
  }

  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      try {
        const changed = change(piece)
        if (changed === undefined || changed.length === 0) done()
        else done(null, changed)
      } catch (error) {
        done(error as Error)
      }
    },
    flush(done) {
      done(silencer === undefined ? new WavError('the file ends within its header') : null)
    },
  })
}

/** The header with a size of the whole that no longer counts what is dropped. */
function honestHead({ dataOffset, dataBytes }: WavHeader, bytes: Buffer): Buffer {
  const head = Buffer.from(bytes.subarray(0, dataOffset))
  if (dataBytes === undefined) return head
  const whole = dataOffset + padded(dataBytes) - 8
  // A long file has its size in the ds64 chunk, which is the first one there.
  if (head.toString('latin1', 0, 4) === 'RIFF') head.writeUInt32LE(Math.min(head.readUInt32LE(4), whole), 4)
  else if (head.toString('latin1', 12, 16) === 'ds64' && head.readBigUInt64LE(20) > whole)
    head.writeBigUInt64LE(BigInt(whole), 20)
  return head
}

/** With the byte that makes a chunk's length even; infinity stays what it is. */
const padded = (bytes: number): number => 2 * Math.ceil(bytes / 2)

const SILENT_BYTE = { mulaw: 0xff, alaw: 0xd5, float: 0 } as const

/** Samples of 8-bit PCM are without a sign: their middle is 128. */
function silentByte({ encoding, bitsPerSample }: WavHeader): number {
  if (encoding === 'other') throw new WavError('samples of this format cannot be silenced one by one')
  if (encoding === 'pcm') return bitsPerSample === 8 ? 0x80 : 0
  return SILENT_BYTE[encoding]
}

interface Silencer {
  /** The samples as they go on; the first call starts at the first of them. */
  change(piece: Buffer): Buffer
}

function makeSilencer(header: WavHeader, ranges: readonly TimeRange[]): Silencer {
  const fill = silentByte(header)
  const { dataBytes = Number.POSITIVE_INFINITY } = header
  const end = padded(dataBytes)
  const waiting = framesOf(ranges, header.sampleRate).map((range) => inBytes(range, header.frameBytes))
  let position = 0

  return {
    change(piece) {
      const samples = Buffer.from(piece.subarray(0, Math.max(0, Math.min(piece.length, end - position))))
      const after = position + samples.length
      for (let next = waiting[0]; next !== undefined && next.from < after; next = waiting[0]) {
        const until = Math.min(after, next.to, dataBytes)
        samples.fill(fill, Math.max(0, next.from - position), Math.max(0, until - position))
        if (next.to > after) break
        waiting.shift()
      }
      position = after
      return samples
    },
  }
}

const inBytes = ({ from, to }: FrameRange, frameBytes: number): FrameRange => ({
  from: from * frameBytes,
  to: to * frameBytes,
})

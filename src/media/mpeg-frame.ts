/** Bit rates in kbit/s by index (ISO/IEC 11172-3 and 13818-3): MPEG-1 layers I, II, III, then MPEG-2/2.5. */
const MPEG1_RATES = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
] as const
const MPEG2_RATES = [
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const
const MPEG1_SAMPLE_RATES = [44100, 48000, 32000] as const
/** Version bits to the divisor of the MPEG-1 sample rates; 1 is reserved. */
const SAMPLE_RATE_DIVISOR = [4, undefined, 2, 1] as const

/** Length in bytes of the MPEG audio frame whose header is at `at`, or undefined when there is none. */
function frameLength(head: Buffer, at: number): number | undefined {
  if (at + 4 > head.length) return undefined
  const word = head.readUInt32BE(at)
  const version = (word >>> 19) & 3
  const layer = 4 - ((word >>> 17) & 3)
  const divisor = SAMPLE_RATE_DIVISOR[version]
  const sampleRate = MPEG1_SAMPLE_RATES[(word >>> 10) & 3]
  const rates = version === 3 ? MPEG1_RATES : MPEG2_RATES
  const kbits = rates[layer - 1]?.[(word >>> 12) & 15]
  if (word >>> 21 !== 0x7ff || !divisor || !sampleRate || !kbits) return undefined
  const padding = (word >>> 9) & 1
  const perSecond = (kbits * 1000) / (sampleRate / divisor)
  if (layer === 1) return (Math.floor(12 * perSecond) + padding) * 4
  const samples = layer === 3 && version !== 3 ? 72 : 144
  return Math.floor(samples * perSecond) + padding
}

/** Two frame headers in a row (or one, when the data end within the first frame): 11 sync bits alone prove little. */
export function isMpegAudio(head: Buffer, at: number): boolean {
  const length = frameLength(head, at)
  if (length === undefined) return false
  const next = at + length
  return next + 4 > head.length || frameLength(head, next) !== undefined
}

/** AAC in ADTS frames (ISO/IEC 13818-7): twelve sync bits, layer 0, and a second frame where the first one ends. */
export function isAdts(head: Buffer, at: number): boolean {
  const length = adtsLength(head, at)
  if (length === undefined) return false
  const next = at + length
  return next + 7 > head.length || adtsLength(head, next) !== undefined
}

const ADTS_HEADER_BYTES = 7

function adtsLength(head: Buffer, at: number): number | undefined {
  if (at + ADTS_HEADER_BYTES > head.length || (head.readUInt16BE(at) & 0xfff6) !== 0xfff0) return undefined
  const sampleRate = ((head[at + 2] ?? 0) >> 2) & 15
  const length = (head.readUIntBE(at + 3, 3) >> 5) & 0x1fff
  return sampleRate < 13 && length > ADTS_HEADER_BYTES ? length : undefined
}

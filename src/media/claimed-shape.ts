/** What a header says, true or not. */
export interface ClaimedShape {
  readonly channels: number
  readonly sampleRate: number
}

type Reader = (head: Buffer, at: number) => ClaimedShape

const MPEG4_RATES = [96, 88.2, 64, 48, 44.1, 32, 24, 22.05, 16, 12, 11.025, 8, 7.35].map((k) => k * 1000)

const narrow = (): ClaimedShape => ({ channels: 1, sampleRate: 8000 })
const wideband = (): ClaimedShape => ({ channels: 1, sampleRate: 16_000 })

/** Marks that stand in or near the description of the sound, each with how to read what follows. */
const MARKS: readonly (readonly [mark: string, read: Reader])[] = [
  ['OpusHead', (head, at) => ({ channels: head.readUInt8(at + 9), sampleRate: 48_000 })],
  [
    '\x01vorbis',
    (head, at) => ({ channels: head.readUInt8(at + 11), sampleRate: head.readUInt32LE(at + 12) }),
  ],
  [
    'Speex   ',
    (head, at) => ({ channels: head.readUInt32LE(at + 48), sampleRate: head.readUInt32LE(at + 36) }),
  ],
  ['fmt ', (head, at) => ({ channels: head.readUInt16LE(at + 10), sampleRate: head.readUInt32LE(at + 12) })],
  ['.snd', (head, at) => ({ channels: head.readUInt32BE(at + 20), sampleRate: head.readUInt32BE(at + 16) })],
  ['desc', (head, at) => ({ channels: head.readUInt32BE(at + 36), sampleRate: head.readDoubleBE(at + 12) })],
  // The rate is an 80-bit float: its exponent says where the integer part of its mantissa ends.
  [
    'COMM',
    (head, at) => ({
      channels: head.readUInt16BE(at + 8),
      sampleRate: head.readUInt32BE(at + 18) >>> (16_414 - head.readUInt16BE(at + 16)),
    }),
  ],
  [
    'fLaC',
    (head, at) => ({
      channels: ((head.readUInt8(at + 20) >> 1) & 7) + 1,
      sampleRate: head.readUIntBE(at + 18, 3) >> 4,
    }),
  ],
  ['mp4a', (head, at) => ({ channels: head.readUInt16BE(at + 20), sampleRate: head.readUInt16BE(at + 28) })],
  ['samr', narrow],
  ['sawb', wideband],
]

const BY_TYPE: Readonly<Record<string, Reader>> = {
  'audio/gsm': narrow,
  'audio/amr': narrow,
  'audio/amr-wb': wideband,
  'audio/g722': wideband,
  'audio/aac': (head) => {
    const word = head.readUInt32BE(0)
    return { channels: (word >> 6) & 7, sampleRate: MPEG4_RATES[(word >> 10) & 15] ?? 0 }
  },
  // MPEG-1 has the high sample rates, MPEG-2 and 2.5 those of 24 kHz and less.
  'audio/mpeg': (head) => {
    const at = Math.max(0, head.indexOf(0xff))
    const isMono = head.readUInt8(at + 3) >> 6 === 3
    const isHigh = ((head.readUInt8(at + 1) >> 3) & 3) === 3
    return { channels: isMono ? 1 : 2, sampleRate: isHigh ? 48_000 : 16_000 }
  },
}

const UNKNOWN: ClaimedShape = { channels: 2, sampleRate: 48_000 }

/**
 * A guess at channels and sample rate from the first bytes, in time to choose a bit rate before decoding has
 * begun. A wrong one makes a file larger or smaller than it need be, and does nothing else.
 */
export function claimedShape(mediaType: string, head: Buffer): ClaimedShape {
  try {
    const { channels, sampleRate } = read(mediaType, head)
    const isPossible = channels >= 1 && sampleRate >= 1000
    return isPossible ? { channels: Math.min(channels, 2), sampleRate } : UNKNOWN
  } catch {
    // The header is cut off: reading past the end of a buffer throws.
    return UNKNOWN
  }
}

function read(mediaType: string, head: Buffer): ClaimedShape {
  const known = Object.hasOwn(BY_TYPE, mediaType) ? BY_TYPE[mediaType] : undefined
  if (known) return known(head, 0)
  for (const [mark, reader] of MARKS) {
    const at = head.indexOf(mark, 0, 'latin1')
    if (at >= 0) return reader(head, at)
  }
  return UNKNOWN
}

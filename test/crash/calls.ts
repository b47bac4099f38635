import { createCipheriv, createHash } from 'node:crypto'

/** A number source whose whole sequence follows from its seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One call as its sender knows it. */
export interface Call {
  readonly callId: string
  readonly startedAt: string
  readonly memberRef: string
  readonly bytes: number
  readonly pace: { bytes: number; pauseMs: number } | undefined
  /** `open`: sent perhaps, confirmed never. `stored`: confirmed. `due`: confirmed, and its time has come. */
  state: 'open' | 'stored' | 'due'
  recordingId: string | undefined
  attempts: number
}

const KIB = 1024

/** Mostly small, some that need several parts in the store, some on a slow line. */
export function newCall(name: string, random: () => number): Call {
  const kind = random()
  const size = kind < 0.7 ? 4 + random() * 200 : kind < 0.9 ? 500 + random() * 1500 : 6000 + random() * 12_000
  const bytes = Math.floor(size * KIB)
  const slow = random() < 0.2
  return {
    callId: name,
    startedAt: new Date(Date.now() - 3_600_000).toISOString(),
    memberRef: `M-${Math.floor(random() * 5)}`,
    bytes,
    pace: slow ? { bytes: Math.ceil(bytes / 10), pauseMs: 5 + random() * 20 } : undefined,
    state: 'open',
    recordingId: undefined,
    attempts: 0,
  }
}

/** The call's sound: a WAV header and noise that follows from the call's name, so it need not be kept. */
export function audioOf({ callId, bytes }: Call): Buffer {
  const data = bytes - 44
  const key = createHash('sha256').update(callId).digest()
  const noise = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(data))
  return Buffer.concat([wavHeader(data), noise])
}

/** RIFF header of 8 kHz mono 16-bit PCM. */
export function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + dataBytes, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(dataBytes, 40)
  return header
}

import fc from 'fast-check'

/** How samples are written, with the format tag and what digital silence is, both from the standards' own tables. */
export const WAV_CODECS = {
  pcm8: { tag: 1, bits: 8, silence: 0x80 },
  pcm16: { tag: 1, bits: 16, silence: 0 },
  pcm24: { tag: 1, bits: 24, silence: 0 },
  pcm32: { tag: 1, bits: 32, silence: 0 },
  float32: { tag: 3, bits: 32, silence: 0 },
  float64: { tag: 3, bits: 64, silence: 0 },
  alaw: { tag: 6, bits: 8, silence: 0xd5 },
  mulaw: { tag: 7, bits: 8, silence: 0xff },
} as const

export type WavCodec = keyof typeof WAV_CODECS

export interface WavShape {
  readonly codec: WavCodec
  readonly channels: number
  readonly sampleRate: number
  readonly form: 'RIFF' | 'RF64' | 'BW64'
  readonly extensible: boolean
  /** Between the format and the samples. */
  readonly before: readonly { readonly id: string; readonly bytes: Buffer }[]
  /** What the header says of the length of the samples. */
  readonly size: 'exact' | 'zero' | 'unknown' | 'too large'
  readonly samples: Buffer
  /** Whatever follows the samples. */
  readonly after: Buffer
}

export interface WavFile {
  readonly bytes: Buffer
  readonly dataOffset: number
}

const chunk = (id: string, content: Buffer): Buffer => {
  const header = Buffer.alloc(8)
  header.write(id, 'latin1')
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, content, Buffer.alloc(content.length % 2)])
}

function formatChunk({ codec, channels, sampleRate, extensible }: WavShape): Buffer {
  const { tag, bits } = WAV_CODECS[codec]
  const content = Buffer.alloc(extensible ? 40 : 16)
  const frameBytes = (channels * bits) / 8
  content.writeUInt16LE(extensible ? 0xfffe : tag, 0)
  content.writeUInt16LE(channels, 2)
  content.writeUInt32LE(sampleRate, 4)
  content.writeUInt32LE(sampleRate * frameBytes, 8)
  content.writeUInt16LE(frameBytes, 12)
  content.writeUInt16LE(bits, 14)
  if (extensible) {
    content.writeUInt16LE(22, 16)
    content.writeUInt16LE(bits, 18)
    content.writeUInt16LE(tag, 24)
    Buffer.from('000000001000800000aa00389b71', 'hex').copy(content, 26)
  }
  return chunk('fmt ', content)
}

const claim = ({ size, samples }: WavShape): number =>
  ({
    exact: samples.length,
    zero: 0,
    unknown: 0xffff_ffff,
    'too large': samples.length + 100_000,
  })[size]

/** A WAV file as telephony systems write them, good and bad. */
export function wavFile(shape: WavShape): WavFile {
  const { form, samples, after } = shape
  const claimed = claim(shape)
  const isOpen = claimed === 0 || claimed === 0xffff_ffff
  const dataHeader = Buffer.alloc(8)
  dataHeader.write('data', 'latin1')
  dataHeader.writeUInt32LE(form === 'RIFF' ? claimed : 0xffff_ffff, 4)
  const ds64 = Buffer.alloc(28)
  ds64.writeBigUInt64LE(isOpen ? 0n : BigInt(claimed), 8)
  const head = Buffer.concat([
    Buffer.from(`${form}\0\0\0\0WAVE`, 'latin1'),
    form === 'RIFF' ? Buffer.alloc(0) : chunk('ds64', ds64),
    formatChunk(shape),
    ...shape.before.map(({ id, bytes }) => chunk(id, bytes)),
    dataHeader,
  ])
  const whole = head.length + claimed + (claimed % 2) + after.length - 8
  if (form !== 'RIFF') {
    head.writeUInt32LE(0xffff_ffff, 4)
    head.writeBigUInt64LE(isOpen ? 0n : BigInt(whole), 20)
  } else {
    head.writeUInt32LE(isOpen ? claimed : whole, 4)
  }
  const pad = Buffer.alloc(isOpen || shape.size === 'too large' ? 0 : samples.length % 2)
  return { bytes: Buffer.concat([head, samples, pad, after]), dataOffset: head.length }
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))

/** Any WAV file that has samples of one number each, whole or with the sizes of a stream. */
export const anyWav = (maxSampleBytes = 2000): fc.Arbitrary<WavShape> =>
  fc.record({
    codec: fc.constantFrom(...(Object.keys(WAV_CODECS) as WavCodec[])),
    channels: fc.integer({ min: 1, max: 4 }),
    sampleRate: fc.constantFrom(1000, 8000, 11_025, 44_100),
    form: fc.constantFrom('RIFF', 'RF64', 'BW64'),
    extensible: fc.boolean(),
    before: fc.array(fc.record({ id: fc.constantFrom('LIST', 'fact', 'bext', 'JUNK'), bytes: bytes(60) }), {
      maxLength: 3,
    }),
    size: fc.constantFrom('exact', 'zero', 'unknown', 'too large'),
    samples: bytes(maxSampleBytes),
    after: fc.constant(Buffer.alloc(0)),
  })

/** The same bytes in pieces that end anywhere. */
export function inPieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].toSorted((a, b) => a - b)
  return [...ends, whole.length].map((end, i) => Buffer.from(whole.subarray(ends[i - 1] ?? 0, end)))
}

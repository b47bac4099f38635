import type { Waveform } from './waveform.ts'

const VERSION = 2
const EIGHT_BITS = 1
const HEADER_BYTES = 24
/** A day of two channels at 50 points a second is 17 MB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024

/** The bytes are no waveform of ours; the message says what is wrong with them. */
export class WaveformFileError extends Error {
  override readonly name = 'WaveformFileError'
}

/**
 * A file as BBC audiowaveform writes and reads it (.dat, version 2, 8 bits, little-endian): version, flags, sample
 * rate, samples per pixel, length, channels, then the points.
 */
export function encodeWaveform({ channels, sampleRate, samplesPerPixel, length, data }: Waveform): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  const fields = [VERSION, EIGHT_BITS, sampleRate, samplesPerPixel, length, channels]
  fields.forEach((value, i) => {
    header.writeUInt32LE(value, 4 * i)
  })
  return Buffer.concat([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)])
}

/** Throws WaveformFileError for everything that `encodeWaveform` would not have written. */
export function decodeWaveform(file: Buffer): Waveform {
  if (file.length < HEADER_BYTES) throw new WaveformFileError('shorter than its header')
  if (file.length > MAX_FILE_BYTES) throw new WaveformFileError('too long')
  const [version, flags, sampleRate, samplesPerPixel, length, channels] = Array.from({ length: 6 }, (_, i) =>
    file.readUInt32LE(4 * i),
  ) as [number, number, number, number, number, number]
  if (version !== VERSION || flags !== EIGHT_BITS) throw new WaveformFileError('not version 2 with 8 bits')
  if (sampleRate === 0 || samplesPerPixel === 0 || channels === 0) throw new WaveformFileError('of nothing')
  const points = file.subarray(HEADER_BYTES)
  if (points.length !== length * channels * 2) throw new WaveformFileError('not as long as it says')
  const data = new Int8Array(points.buffer, points.byteOffset, points.byteLength)
  for (let i = 0; i < data.length; i += 2) {
    if ((data[i] as number) > (data[i + 1] as number))
      throw new WaveformFileError('a smallest above its largest')
  }
  return { channels, sampleRate, samplesPerPixel, length, data }
}

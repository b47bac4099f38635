/** The loudest and softest of every stretch of a sound, to draw it: BBC audiowaveform's model, 8 bits. */
export interface Waveform {
  readonly channels: number
  /** In hertz. */
  readonly sampleRate: number
  /** Frames that one point stands for; the last point may stand for fewer. */
  readonly samplesPerPixel: number
  /** Points per channel. */
  readonly length: number
  /**
   * For every point, for every channel: the smallest, then the largest sample, -128 to 127. A 16-bit sample is
   * scaled by floor(sample / 256).
   */
  readonly data: Int8Array
}

/** A waveform as the player gets it. */
export interface WaveformJson {
  readonly version: 2
  readonly channels: number
  readonly sampleRate: number
  readonly samplesPerPixel: number
  readonly bits: 8
  readonly length: number
  readonly data: readonly number[]
}

export const waveformJson = ({ data, ...shape }: Waveform): WaveformJson => ({
  version: 2,
  channels: shape.channels,
  sampleRate: shape.sampleRate,
  samplesPerPixel: shape.samplesPerPixel,
  bits: 8,
  length: shape.length,
  data: Array.from(data),
})

/**
 * The same sound with one point for every `factor` points: the smallest of the smallest, the largest of the
 * largest. Throws RangeError unless the factor is a whole number of at least 1.
 */
export function combine(waveform: Waveform, factor: number): Waveform {
  if (!Number.isSafeInteger(factor) || factor < 1) throw new RangeError(`not a factor: ${factor}`)
  const { channels, length, data } = waveform
  const width = 2 * channels
  const combined = Math.ceil(length / factor)
  const result = new Int8Array(combined * width)
  for (let point = 0; point < combined; point++) {
    const from = point * factor * width
    const to = Math.min(length, (point + 1) * factor) * width
    for (let c = 0; c < width; c += 2) {
      let min = 127
      let max = -128
      for (let at = from + c; at < to; at += width) {
        min = Math.min(min, data[at] as number)
        max = Math.max(max, data[at + 1] as number)
      }
      result[point * width + c] = min
      result[point * width + c + 1] = max
    }
  }
  return { ...waveform, samplesPerPixel: waveform.samplesPerPixel * factor, length: combined, data: result }
}

/**
 * The finest level with at most `pixels` points, combined by a power of two: neighbouring sizes of a screen
 * share a level. Throws RangeError unless `pixels` is at least 1.
 */
export function levelFor(waveform: Waveform, pixels: number): Waveform {
  if (!(pixels >= 1)) throw new RangeError(`not a width: ${pixels}`)
  let factor = 1
  while (Math.ceil(waveform.length / factor) > pixels) factor *= 2
  return factor === 1 ? waveform : combine(waveform, factor)
}

import type { Waveform } from '../api/contract.ts'

/** One stroke of the drawing: how far the sound swings down and up, from -1 to 1. */
export interface Bar {
  readonly low: number
  readonly high: number
}

/** Softer sound than this share of the scale is silence with some noise, and stays small in the drawing. */
const QUIETEST_PEAK = 0.05

/**
 * So many strokes for one channel (counted from 0), evenly over the whole of it. A soft call is drawn as tall
 * as a loud one; channels are drawn to the same scale, so that it shows who speaks softly.
 */
export function barsOf(waveform: Waveform, channel: number, count: number): Bar[] {
  const { channels, length, data } = waveform
  const scale = scaleOf(waveform)
  return Array.from({ length: length === 0 ? 0 : count }, (_, bar) => {
    const from = Math.min(length - 1, Math.floor((bar * length) / count))
    const to = Math.max(from + 1, Math.floor(((bar + 1) * length) / count))
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let stretch = from; stretch < to; stretch++) {
      const at = (stretch * channels + channel) * 2
      low = Math.min(low, data[at] ?? 0)
      high = Math.max(high, data[at + 1] ?? 0)
    }
    return { low: low / scale, high: high / scale }
  })
}

function scaleOf({ data, bits }: Waveform): number {
  const peak = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return Math.max(peak, QUIETEST_PEAK * 2 ** (bits - 1))
}

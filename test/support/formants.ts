import { spectrum } from './fft.ts'
import type { Pcm } from './sound.ts'

const WINDOW = 1024
/** Wide enough to blur the harmonics of a voice into the shape that its throat and mouth give them. */
const BLUR_HZ = 350

/** The average loudness of each frequency over the whole sound, in decibels, without the harmonics. */
function envelope({ channels, sampleRate }: Pcm, channel: number): (hz: number) => number {
  const samples = channels[channel] as Float32Array
  const sum = new Float64Array(WINDOW / 2)
  for (let at = 0; at + WINDOW <= samples.length; at += WINDOW / 2) {
    const magnitudes = spectrum(samples.subarray(at, at + WINDOW))
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (magnitudes[i] ?? 0) ** 2
  }
  const reach = Math.round(((BLUR_HZ / sampleRate) * WINDOW) / 2)
  const blurred = sum.map((_, i) => {
    const near = sum.slice(Math.max(0, i - reach), i + reach + 1)
    return 10 * Math.log10(near.reduce((total, value) => total + value, 1e-12) / near.length)
  })
  return (hz) => {
    const place = (hz / sampleRate) * WINDOW
    const low = Math.floor(place)
    const [a, b] = [blurred[low] ?? -120, blurred[low + 1] ?? -120]
    return a + (b - a) * (place - low)
  }
}

function likeness(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanA, meanB] = [mean(a), mean(b)]
  const product = (x: readonly number[], y: readonly number[], mx: number, my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * ((y[i] ?? 0) - my), 0)
  return product(a, b, meanA, meanB) / Math.sqrt(product(a, a, meanA, meanA) * product(b, b, meanB, meanB))
}

/** By which factor the formants of the second sound lie higher: the stretch that makes the envelopes most alike. */
export function spectralShift(before: Pcm, after: Pcm, channel = 0): number {
  const [was, is] = [envelope(before, channel), envelope(after, channel)]
  let best = { factor: 1, value: -1 }
  for (let factor = 0.6; factor <= 1.6; factor += 0.01) {
    // What a telephone carries, in both of them.
    const top = 3400 / Math.max(1, factor)
    const grid = Array.from({ length: 120 }, (_, i) => 250 + ((top - 250) * i) / 119)
    const value = likeness(
      grid.map((hz) => was(hz)),
      grid.map((hz) => is(hz * factor)),
    )
    if (value > best.value) best = { factor, value }
  }
  return best.factor
}

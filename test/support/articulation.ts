import { spectrum } from './fft.ts'
import type { Pcm } from './sound.ts'

/** Where the sound of speech tells words apart, in hertz and in bands of equal ratio. */
const LOWEST_HZ = 200
const HIGHEST_HZ = 2600
const BANDS = 12
/** Frames of 32 ms every 16 ms, compared in stretches of about half a second: longer than a syllable. */
const FRAME_SECONDS = 0.032
const STRETCH_FRAMES = 30

export interface ArticulationOptions {
  readonly channel?: number
  /** By how much the frequencies of the second sound were moved. */
  readonly factor?: number
}

/**
 * How much of the articulation of speech is left in what was made of it, up to 1: the correlation of the
 * loudness of twelve bands over short stretches of time, the idea of STOI (Taal et al., 2011), each band looked
 * for where the frequencies went. Above about 0.7 words are said to be understood; nobody listens here.
 */
export function articulation(
  one: Pcm,
  other: Pcm,
  { channel = 0, factor = 1 }: ArticulationOptions = {},
): number {
  const before = bandsOver(one, channel, 1)
  const after = bandsOver(other, channel, factor)
  const frames = Math.min(before.length, after.length)
  const loudest = Math.max(...before.map((frame) => Math.max(...frame)))
  const scores: number[] = []
  for (let band = 0; band < BANDS; band++)
    for (let start = 0; start + STRETCH_FRAMES <= frames; start += STRETCH_FRAMES / 2) {
      const cut = (list: number[][]) =>
        list.slice(start, start + STRETCH_FRAMES).map((frame) => frame[band] ?? 0)
      const was = cut(before)
      // Pauses say nothing of words: 40 dB below the loudest moment.
      if (Math.max(...was) > loudest / 100) scores.push(correlationOf(was, cut(after)))
    }
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

function bandsOver(pcm: Pcm, channel: number, factor: number): number[][] {
  const samples = pcm.channels[channel]
  if (samples === undefined) throw new RangeError(`no channel ${channel}`)
  const size = 2 ** Math.round(Math.log2(FRAME_SECONDS * pcm.sampleRate))
  const step = FRAME_SECONDS / 2
  const frames: number[][] = []
  for (let at = 0; Math.round(at * pcm.sampleRate) + size <= samples.length; at += step) {
    const start = Math.round(at * pcm.sampleRate)
    frames.push(bandsOf(spectrum(samples.subarray(start, start + size), size), pcm.sampleRate / size, factor))
  }
  return frames
}

function bandsOf(magnitudes: ArrayLike<number>, hzPerBin: number, factor: number): number[] {
  const ratio = (HIGHEST_HZ / LOWEST_HZ) ** (1 / BANDS)
  return Array.from({ length: BANDS }, (_, band) => {
    const from = Math.round((LOWEST_HZ * ratio ** band * factor) / hzPerBin)
    const to = Math.max(from + 1, Math.round((LOWEST_HZ * ratio ** (band + 1) * factor) / hzPerBin))
    let energy = 0
    for (let bin = from; bin < to; bin++) energy += (magnitudes[bin] ?? 0) ** 2
    return Math.sqrt(energy)
  })
}

function correlationOf(a: readonly number[], b: readonly number[]): number {
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
  const [meanA, meanB] = [mean(a), mean(b)]
  let [both, ofA, ofB] = [0, 0, 0]
  a.forEach((value, i) => {
    const [x, y] = [value - meanA, (b[i] ?? 0) - meanB]
    both += x * y
    ofA += x * x
    ofB += y * y
  })
  return ofA === 0 || ofB === 0 ? 0 : both / Math.sqrt(ofA * ofB)
}

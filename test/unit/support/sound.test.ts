import { describe, expect, it } from 'vitest'
import {
  align,
  correlation,
  decode,
  dominantHz,
  pcmOf,
  pitchHz,
  rms,
  speech,
  tone,
  wavOf,
} from '../../support/sound.ts'

const RATE = 8000

describe('measuring sound', () => {
  it('decodes what it wrote, sample by sample, and keeps the channels apart', async () => {
    const [left, right] = [tone(440, 1), tone(1000, 1, RATE, 0.1)]
    const pcm = await decode(wavOf([left, right], RATE))
    expect(pcm).toMatchObject({ sampleRate: RATE, frames: RATE, seconds: 1 })
    const worst = Math.max(...left.map((value, i) => Math.abs(value - (pcm.channels[0]?.[i] ?? 9))))
    expect(worst).toBeLessThan(1 / 32768)
    expect(dominantHz(pcm, 0)).toBeCloseTo(440, 0)
    expect(dominantHz(pcm, 1)).toBeCloseTo(1000, 0)
    expect(rms(pcm, 1)).toBeCloseTo(0.1 / Math.SQRT2, 3)
  })

  it('finds how much later a copy is, and that another sound is none', async () => {
    const one = await speech('Goedemiddag, waarmee kan ik u helpen?')
    const samples = one.channels[0] as Float32Array
    const later = new Float32Array(samples.length + 400)
    later.set(samples, 400)
    const found = align(one, pcmOf([later], RATE))
    expect(found.lagSeconds).toBe(0.05)
    expect(found.value).toBeCloseTo(1, 3)
    expect(correlation(one, pcmOf([samples.map((value) => -value)], RATE), { maxLagSeconds: 0 })).toBeCloseTo(
      -1,
    )
    expect(correlation(one, await speech('Een heel ander gesprek.', { pitch: 20 }))).toBeLessThan(0.4)
  })

  it('hears the pitch of a voice', async () => {
    const high = pitchHz(await speech('Mijn naam is Jansen.', { pitch: 90 })) ?? 0
    const low = pitchHz(await speech('Mijn naam is Jansen.', { pitch: 10 })) ?? 0
    expect(low).toBeGreaterThan(60)
    expect(high).toBeGreaterThan(low * 1.2)
    // A buzz with a weak first harmonic still has the pitch of its period.
    const [first, second, third] = [tone(150, 1, RATE, 0.05), tone(300, 1), tone(450, 1)]
    const buzz = first.map((value, i) => value + (second[i] ?? 0) + (third[i] ?? 0))
    expect(pitchHz(pcmOf([buzz], RATE))).toBeCloseTo(150, -1)
    expect(pitchHz(pcmOf([new Float32Array(RATE)], RATE))).toBeUndefined()
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { barsOf } from '../../../src/web/player/waveform-bars.ts'

/** Lowest and highest of every stretch, channel by channel, as the service sends them. */
const waveforms = fc
  .record({ channels: fc.integer({ min: 1, max: 2 }), length: fc.integer({ min: 1, max: 60 }) })
  .chain(({ channels, length }) =>
    fc
      .array(fc.tuple(fc.integer({ min: -128, max: 127 }), fc.integer({ min: -128, max: 127 })), {
        minLength: channels * length,
        maxLength: channels * length,
      })
      .map((pairs) => ({
        channels,
        length,
        bits: 8,
        data: pairs.flatMap(([one, other]) => [Math.min(one, other), Math.max(one, other)]),
      })),
  )

describe('the strokes of a waveform', () => {
  test('are as many as are asked for, and stay within the lane', () => {
    fc.assert(
      fc.property(waveforms, fc.integer({ min: 1, max: 200 }), (waveform, count) => {
        const bars = barsOf(waveform, waveform.channels - 1, count)
        expect(bars).toHaveLength(count)
        for (const { low, high } of bars) {
          expect(low).toBeGreaterThanOrEqual(-1)
          expect(high).toBeLessThanOrEqual(1)
          expect(low).toBeLessThanOrEqual(high)
        }
      }),
    )
  })

  test('lose no peak, however few they are', () => {
    fc.assert(
      fc.property(waveforms, fc.integer({ min: 1, max: 200 }), (waveform, count) => {
        const channel = waveform.channels - 1
        const own = waveform.data.filter((_, at) => Math.floor(at / 2) % waveform.channels === channel)
        const scale = Math.max(...waveform.data.map(Math.abs), 6.4)
        const bars = barsOf(waveform, channel, count)
        expect(Math.max(...bars.map(({ high }) => high))).toBeCloseTo(Math.max(...own) / scale)
        expect(Math.min(...bars.map(({ low }) => low))).toBeCloseTo(Math.min(...own) / scale)
      }),
    )
  })

  test('stand where the sound is: a call that is loud at its end has its tall strokes there', () => {
    const data = Array.from({ length: 10 }, (_, at) => (at < 9 ? [0, 0] : [-100, 100])).flat()
    const bars = barsOf({ channels: 1, bits: 8, length: 10, data }, 0, 20)
    expect(bars.map(({ high }) => high)).toEqual([...Array<number>(18).fill(0), 1, 1])
  })

  test('leave the noise of a silent line small', () => {
    const [bar] = barsOf({ channels: 1, bits: 8, length: 1, data: [-1, 1] }, 0, 1)
    expect(bar?.high).toBeLessThan(0.2)
  })

  test('are none for a call without sound', () => {
    expect(barsOf({ channels: 1, bits: 8, length: 0, data: [] }, 0, 20)).toEqual([])
  })
})

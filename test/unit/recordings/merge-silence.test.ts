import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SilencedRange } from '../../../src/db/schema.ts'
import { mergeSilence } from '../../../src/recordings/merge-silence.ts'

const SECONDS = 40

const range = fc
  .record({
    from: fc.integer({ min: 0, max: SECONDS - 2 }),
    length: fc.integer({ min: 1, max: 10 }),
    reason: fc.constantFrom('payment' as const, 'hold' as const),
  })
  .map(
    ({ from, length, reason }): SilencedRange => ({
      ...{ fromSeconds: from, toSeconds: Math.min(from + length, SECONDS), reason },
    }),
  )

/** Why each second is silent, by looking at every range for every second. */
const reasons = (ranges: readonly SilencedRange[]) =>
  Array.from({ length: SECONDS }, (_, second) => {
    const here = ranges.filter(({ fromSeconds, toSeconds }) => fromSeconds <= second && second < toSeconds)
    if (here.some(({ reason }) => reason === 'payment')) return 'payment'
    return here.length > 0 ? 'hold' : undefined
  })

it('keeps every second and its reason, in order, apart, and as few ranges as it takes', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 20 }), (ranges) => {
      const merged = mergeSilence(ranges)
      expect(reasons(merged)).toEqual(reasons(ranges))
      merged.forEach((one, i) => {
        expect(one.toSeconds).toBeGreaterThan(one.fromSeconds)
        const next = merged[i + 1]
        if (next) expect(next.fromSeconds).toBeGreaterThanOrEqual(one.toSeconds)
        if (next?.fromSeconds === one.toSeconds) expect(next.reason).not.toBe(one.reason)
      })
      expect(mergeSilence(merged)).toEqual(merged)
    }),
  )
})

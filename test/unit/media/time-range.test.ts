import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { framesOf, mergeRanges } from '../../../src/media/time-range.ts'

/** In thousandths of a second, where everything can be counted. */
const anyRanges = fc.array(
  fc.tuple(fc.nat(200), fc.nat(40)).map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 12 },
)

const inSeconds = (ranges: readonly { from: number; to: number }[]) =>
  ranges.map(({ from, to }) => ({ fromSeconds: from / 1000, toSeconds: to / 1000 }))

describe('mergeRanges', () => {
  it('covers the same time with ranges that are in order and apart', () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const merged = mergeRanges(inSeconds(ranges)).map((range) => ({
          from: Math.round(range.fromSeconds * 1000),
          to: Math.round(range.toSeconds * 1000),
        }))
        for (let ms = 0; ms < 250; ms++) {
          const covers = ({ from, to }: { from: number; to: number }) => from <= ms && ms < to
          expect(merged.filter(covers).length).toBe(ranges.some(covers) ? 1 : 0)
        }
        merged.forEach(({ from, to }, i) => {
          expect(to).toBeGreaterThan(from)
          expect(from).toBeGreaterThan(merged[i - 1]?.to ?? -1)
        })
      }),
    )
  })
})

describe('framesOf', () => {
  it('has every frame that a range touches, also in part, and no other', () => {
    fc.assert(
      fc.property(anyRanges, fc.constantFrom(700, 1000, 1500, 8000, 44_100), (ranges, rate) => {
        const frames = framesOf(inSeconds(ranges), rate)
        const last = Math.ceil(0.25 * rate)
        for (let frame = 0; frame < last; frame += rate > 2000 ? 7 : 1) {
          // Frame and range in thousandths of a frame: whole numbers on both sides.
          const touches = ranges.some(
            ({ from, to }) => from < to && (frame + 1) * 1000 > from * rate && frame * 1000 < to * rate,
          )
          expect(frames.some(({ from, to }) => from <= frame && frame < to)).toBe(touches)
        }
      }),
    )
  })

  it('takes noise of arithmetic for what it is', () => {
    // 1.1 x 8000 is a little more than 8800 in floating point, and 4.35 x 100 a little less than 435.
    expect(framesOf([{ fromSeconds: 0, toSeconds: 1.1 }], 8000)).toEqual([{ from: 0, to: 8800 }])
    expect(framesOf([{ fromSeconds: 4.35, toSeconds: 5 }], 100)).toEqual([{ from: 435, to: 500 }])
  })
})

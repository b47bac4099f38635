import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Problem } from '../../../src/kernel/problem.ts'
import {
  type CallOfSpans,
  SPAN_REASONS,
  type Span,
  sameSpans,
  spansOf,
  type WantedSpan,
  type WantedSpans,
} from '../../../src/recordings/span-list.ts'

const CALL: CallOfSpans = { seconds: 300, channels: 2 }

const anySpan: fc.Arbitrary<WantedSpan> = fc
  .record({
    fromSeconds: fc.double({ min: 0, max: 250, noNaN: true }),
    length: fc.double({ min: 0.002, max: 50, noNaN: true }),
    channel: fc.constantFrom(undefined, 1, 2),
    reason: fc.constantFrom(...SPAN_REASONS.slice(0, 2)),
  })
  .map(({ length, ...span }) => ({ ...span, toSeconds: span.fromSeconds + length }))
const anyList = fc.array(anySpan, { maxLength: 30 })

const covers = (list: readonly WantedSpan[], at: number, like: Pick<WantedSpan, 'channel' | 'reason'>) =>
  list.some(
    (one) =>
      one.channel === like.channel &&
      one.reason === like.reason &&
      one.fromSeconds <= at &&
      at <= one.toSeconds,
  )

const errorsOf = (wanted: WantedSpans, call = CALL) => {
  try {
    spansOf(wanted, call)
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, fields: error.errors.map(({ field }) => field) }
    throw error
  }
  return undefined
}

describe('a list of parts', () => {
  test('covers every moment that was asked for, and no more than a millisecond beside it', () => {
    fc.assert(
      fc.property(anyList, fc.double({ min: 0, max: 1, noNaN: true }), (wanted, share) => {
        const { beeps } = spansOf({ beeps: wanted, cuts: [] }, CALL)
        for (const span of wanted) {
          const inside = span.fromSeconds + share * (span.toSeconds - span.fromSeconds)
          expect(covers(beeps, inside, span)).toBe(true)
        }
        const moments = beeps.map((span) => ({
          ...span,
          at: span.fromSeconds + share * (span.toSeconds - span.fromSeconds),
        }))
        const wider = wanted.map((span) => ({
          ...span,
          fromSeconds: span.fromSeconds - 0.0011,
          toSeconds: span.toSeconds + 0.0011,
        }))
        for (const moment of moments) expect(covers(wider, moment.at, moment)).toBe(true)
      }),
    )
  })

  test('is in order, with nothing of one channel and reason touching, and stays the same when put again', () => {
    fc.assert(
      fc.property(anyList, (wanted) => {
        const kept = spansOf({ beeps: [], cuts: wanted }, CALL).cuts
        kept.forEach((span, index) => {
          expect(span.fromSeconds).toBeGreaterThanOrEqual(kept[index - 1]?.fromSeconds ?? 0)
          const same = kept.slice(0, index).filter((one) => isLike(one, span))
          for (const one of same) expect(one.toSeconds).toBeLessThan(span.fromSeconds)
        })
        const again = spansOf({ beeps: [], cuts: [...kept].reverse() }, CALL).cuts
        expect(again).toEqual(kept)
        expect(sameSpans(again, kept)).toBe(true)
      }),
    )
  })

  test('differs from another as soon as one part differs', () => {
    const span: Span = { fromSeconds: 1, toSeconds: 2, reason: 'name' }
    expect(sameSpans([span], [])).toBe(false)
    expect(sameSpans([span], [{ ...span, reason: 'number' }])).toBe(false)
    expect(sameSpans([span], [{ ...span, channel: 1 }])).toBe(false)
    expect(sameSpans([span], [{ ...span, toSeconds: 2.001 }])).toBe(false)
    expect(sameSpans([span], [{ ...span }])).toBe(true)
  })

  test('names every field that does not fit the call', () => {
    const wanted: WantedSpans = {
      beeps: [
        { fromSeconds: 1, toSeconds: 2, reason: 'name' },
        { fromSeconds: 5, toSeconds: 5, reason: 'name' },
        { fromSeconds: 299, toSeconds: 301.5, reason: 'name' },
      ],
      cuts: [{ fromSeconds: 1, toSeconds: 2, channel: 2, reason: 'health' }],
    }
    expect(errorsOf(wanted)).toEqual({
      code: 'invalid_spans',
      fields: ['beeps[1].toSeconds', 'beeps[2].toSeconds'],
    })
    expect(errorsOf(wanted, { seconds: 1000, channels: 1 })).toEqual({
      code: 'invalid_spans',
      fields: ['beeps[1].toSeconds', 'cuts[0].channel'],
    })
  })

  test('may end with the call where nobody knows how long it is or how many channels it has', () => {
    const wanted = { beeps: [], cuts: [{ fromSeconds: 3000, toSeconds: 4000, channel: 2, reason: 'other' }] }
    expect(errorsOf(wanted as WantedSpans, { seconds: null, channels: null })).toBeUndefined()
  })
})

const isLike = (one: Span, other: Span): boolean =>
  one.channel === other.channel && one.reason === other.reason

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { daysAtFullRate, makePace, pauseMs, scrubShare } from '../../../src/recordings/scrub-pace.ts'

const terms = fc.record({
  days: fc.integer({ min: 1, max: 3650 }),
  everyMs: fc.integer({ min: SECOND, max: DAY }),
  bytesPerSecond: fc.integer({ min: 1, max: 2 ** 32 }),
})
const stock = fc.record({
  renditions: fc.integer({ min: 0, max: 1e8 }),
  bytes: fc.integer({ min: 0, max: 1e15 }),
})

test('the runs of all days together take everything, and one run never more than it must', () => {
  fc.assert(
    fc.property(stock, terms, (all, one) => {
      const runs = (one.days * DAY) / one.everyMs
      const { renditions } = scrubShare(all, one)
      expect(renditions).toBeGreaterThanOrEqual(1)
      expect(renditions * runs).toBeGreaterThanOrEqual(all.renditions * (1 - 1e-12))
      // Less would not do.
      if (renditions > 1) expect((renditions - 1) * runs).toBeLessThan(all.renditions)
    }),
  )
})

test('the bytes of a run are what the rate gives until the next, whatever there is', () => {
  fc.assert(
    fc.property(stock, terms, (all, one) => {
      const { bytes } = scrubShare(all, one)
      const exact = (one.bytesPerSecond * one.everyMs) / SECOND
      expect(bytes).toBeGreaterThanOrEqual(exact)
      expect(bytes).toBeLessThan(exact + 1)
    }),
  )
})

test('more to check, or fewer days for it, never makes the share smaller', () => {
  fc.assert(
    fc.property(stock, terms, fc.nat({ max: 1e6 }), (all, one, more) => {
      const share = scrubShare(all, one).renditions
      const larger = { ...all, renditions: all.renditions + more }
      expect(scrubShare(larger, one).renditions).toBeGreaterThanOrEqual(share)
      const hurried = { ...one, days: Math.max(1, one.days - (more % 100)) }
      expect(scrubShare(all, hurried).renditions).toBeGreaterThanOrEqual(share)
    }),
  )
})

test('three million files in ninety days are 24 a minute; eight MiB a second are 480 MiB a minute', () => {
  const one = { days: 90, everyMs: MINUTE, bytesPerSecond: 8 * 2 ** 20 }
  expect(scrubShare({ renditions: 3_000_000, bytes: 1e12 }, one)).toEqual({
    renditions: 24,
    bytes: 480 * 2 ** 20,
  })
  expect(daysAtFullRate({ renditions: 1, bytes: 8 * 2 ** 20 * 86_400 * 7 }, one)).toBeCloseTo(7)
})

test('after the pauses no reading was ever faster than the rate', () => {
  const pieces = fc.array(
    fc.record({ bytes: fc.integer({ min: 1, max: 1e7 }), tookMs: fc.nat({ max: 5000 }) }),
    { maxLength: 50 },
  )
  fc.assert(
    fc.property(pieces, fc.integer({ min: 1000, max: 1e9 }), (all, rate) => {
      let elapsed = 0
      let read = 0
      for (const { bytes, tookMs } of all) {
        read += bytes
        elapsed += tookMs
        const pause = pauseMs(read, elapsed, rate)
        expect(pause).toBeGreaterThanOrEqual(0)
        elapsed += pause
        expect((read / rate) * SECOND).toBeLessThanOrEqual(elapsed * (1 + 1e-9))
      }
    }),
  )
})

test('a pace lets small readings pass at once and holds back what is too fast until its time', async () => {
  let now = 0
  const pace = makePace(1_000_000, () => now)
  const never = new AbortController().signal
  expect(pace(4000, never)).toBeUndefined()
  const held = pace(26_000, never)
  expect(held).toBeInstanceOf(Promise)
  await held
  now = 1000
  expect(pace(900_000, never)).toBeUndefined()
  const stop = new AbortController()
  const waiting = pace(9_000_000, stop.signal)
  stop.abort()
  await expect(waiting).rejects.toThrow(/abort/i)
})

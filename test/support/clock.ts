import type { Clock } from '../../src/kernel/clock.ts'

export interface TestClock extends Clock {
  set(iso: string): void
  advance(ms: number): void
}

/** A clock that moves only when the test says so. */
export function testClock(iso: string): TestClock {
  let instant = parse(iso)
  return {
    now: () => new Date(instant),
    set(next) {
      instant = parse(next)
    },
    advance(ms) {
      instant += ms
    },
  }
}

function parse(iso: string): number {
  const instant = Date.parse(iso)
  if (Number.isNaN(instant)) throw new RangeError(`not an instant: ${iso}`)
  return instant
}

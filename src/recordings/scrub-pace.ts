import { setTimeout as sleep } from 'node:timers/promises'
import { DAY, SECOND } from '../kernel/units.ts'
import type { Pace } from './integrity-check.ts'

/** All that is stored. */
export interface Stock {
  readonly renditions: number
  /** As stored, encrypted. */
  readonly bytes: number
}

export interface ScrubTerms {
  /** Everything is to be checked once in so many days. */
  readonly days: number
  /** Between the beginnings of two runs. */
  readonly everyMs: number
  readonly bytesPerSecond: number
}

/**
 * Pure: how much one run checks, so that everything has its turn within the days and the load is the same
 * all the time. At least one rendition; at most as many bytes as the rate allows until the next run.
 */
export function scrubShare(stock: Stock, { days, everyMs, bytesPerSecond }: ScrubTerms): Stock {
  const runs = (days * DAY) / everyMs
  return {
    renditions: Math.max(1, Math.ceil(stock.renditions / runs)),
    bytes: Math.ceil((bytesPerSecond * everyMs) / SECOND),
  }
}

/** Pure: days that one round takes at the full rate; more than were asked for cannot be kept. */
export const daysAtFullRate = (
  stock: Stock,
  { bytesPerSecond }: Pick<ScrubTerms, 'bytesPerSecond'>,
): number => (stock.bytes / bytesPerSecond) * (SECOND / DAY)

/** Pure: how long to wait so that these bytes, in this time, were not more than the rate. */
export const pauseMs = (bytes: number, elapsedMs: number, bytesPerSecond: number): number =>
  Math.max(0, (bytes / bytesPerSecond) * SECOND - elapsedMs)

/** Waits for less are left to the next piece: a timer is not finer. */
const SHORTEST_PAUSE_MS = 5

/** Holds a run, from now on, to a rate over all that it reads. `now` is monotonic, in milliseconds. */
export function makePace(bytesPerSecond: number, now: () => number = () => performance.now()): Pace {
  const startedAt = now()
  let read = 0
  return (bytes, signal) => {
    read += bytes
    const pause = pauseMs(read, now() - startedAt, bytesPerSecond)
    return pause < SHORTEST_PAUSE_MS ? undefined : sleep(pause, undefined, { signal })
  }
}

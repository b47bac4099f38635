import { setTimeout as delay } from 'node:timers/promises'
import { SECOND } from '../kernel/units.ts'
import { isTransient } from './s3-errors.ts'

const MAX_ATTEMPTS = 4
const DEADLINE_MS = 20 * SECOND
const FIRST_PAUSE_MS = 100

/**
 * Repeats an idempotent call while the failure is transient, at most four times and not beyond 20 s.
 * Pauses double and are drawn at random up to their size, so that many clients do not return together.
 */
export async function withRetries<T>(
  attempt: (number: number) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const giveUpAt = performance.now() + DEADLINE_MS
  for (let number = 1; ; number++) {
    try {
      return await attempt(number)
    } catch (error) {
      const pause = Math.random() * FIRST_PAUSE_MS * 2 ** number
      const isOver = number === MAX_ATTEMPTS || performance.now() + pause > giveUpAt
      if (isOver || signal?.aborted || !isTransient(error)) throw error
      await delay(pause, undefined, signal && { signal })
    }
  }
}

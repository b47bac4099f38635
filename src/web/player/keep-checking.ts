import type { Playback } from '../api/contract.ts'
import { request } from '../api/request.ts'
import { type Failure, failureOf } from './failure.ts'

const CHECK_MS = 10_000
/** Without an answer for so long the sound stops: nobody hears a minute more than they may. */
const UNSURE_MS = 45_000

/**
 * Asks the service every few seconds whether a listening session still holds, and tells once when it does not,
 * or when it could not be known for too long. Only a refusal is put on record. Resolves to how to stop asking.
 */
export function keepChecking(playback: Playback, onEnd: (failure: Failure, reason: string | null) => void) {
  const left = new AbortController()
  let sureAt = performance.now()

  async function check(): Promise<void> {
    const askedAt = performance.now()
    try {
      await request(playback.audioUrl, { method: 'HEAD', signal: left.signal, unattended: true })
      sureAt = askedAt
    } catch (error) {
      if (left.signal.aborted) return
      const failure = failureOf(error)
      const isRefused = failure !== 'unreachable' && failure !== 'unavailable'
      if (isRefused || performance.now() - sureAt > UNSURE_MS) onEnd(failure, null)
    }
  }

  const timer = setInterval(() => void check(), CHECK_MS)
  return () => {
    clearInterval(timer)
    left.abort()
  }
}

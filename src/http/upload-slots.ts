import { Problem } from '../kernel/problem.ts'

export interface UploadSlots {
  /** Takes a slot until it is disposed of; throws Problem('too_many_uploads') when none is free. */
  take(caller: string): Disposable
  /** Uploads running now, for metrics. */
  active(): number
}

const RETRY_AFTER_SECONDS = 5

/**
 * Bounds the uploads that run at the same time, in all and for each caller, because every one of
 * them holds buffers, a database row and a connection to the store.
 */
export function uploadSlots(limits: { readonly total: number; readonly perCaller: number }): UploadSlots {
  const running = new Map<string, number>()
  let total = 0

  function release(caller: string): void {
    total -= 1
    const left = (running.get(caller) ?? 1) - 1
    if (left > 0) running.set(caller, left)
    else running.delete(caller)
  }

  return {
    active: () => total,
    take(caller) {
      const own = running.get(caller) ?? 0
      if (total >= limits.total || own >= limits.perCaller) {
        throw new Problem('too_many_uploads', { retryAfterSeconds: RETRY_AFTER_SECONDS })
      }
      running.set(caller, own + 1)
      total += 1
      let taken = true
      return {
        [Symbol.dispose]() {
          if (taken) release(caller)
          taken = false
        },
      }
    },
  }
}

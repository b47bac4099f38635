import { Problem } from '../kernel/problem.ts'
import { MIB, SECOND } from '../kernel/units.ts'

export interface WatchOptions {
  /** Settles when the audit event of this delivery is durable; nothing leaves before. */
  readonly recorded: Promise<void>
  /** Whether the access still holds now. */
  readonly holds: () => Promise<boolean>
  /** Aborted with a Problem to cut the delivery. */
  readonly stop: AbortController
}

export interface Watch {
  /** Asked before each chunk; a promise means wait, and its rejection means never. */
  admit(bytes: number): Promise<void> | undefined
  admittedBytes(): number
  close(): void
}

/**
 * A check starts after this many bytes without holding them up, and the next one waits for it: at most
 * twice as many leave after the access ended.
 */
const CHECK_BYTES = 2 * MIB
const CHECK_INTERVAL_MS = 5 * SECOND
/** The store has this many intervals for the first byte. */
const FIRST_BYTE_INTERVALS = 2

/**
 * Keeps looking whether a running delivery may go on: every 4 MiB or 5 seconds, whichever comes first.
 * When the access ended, or it cannot be known, the delivery is cut.
 */
export function makeWatch({ recorded, holds, stop }: WatchOptions): Watch {
  let admitted = 0
  let nextCheckAt = CHECK_BYTES
  let isRecorded = false
  let running: Promise<void> | undefined
  let runningAtTick: Promise<void> | undefined
  let intervals = 0

  const ready = recorded.then(
    () => {
      isRecorded = true
    },
    (cause: unknown) => {
      throw new Problem('unavailable', { cause })
    },
  )
  // Whoever waits for it hears of the failure; the store may fail first, and then nobody waits.
  ready.catch(() => {})
  const timer = setInterval(tick, CHECK_INTERVAL_MS)
  timer.unref()

  function tick(): void {
    intervals += 1
    // A check that began a moment ago is not stuck, however busy everything is.
    const isStuck = running !== undefined && running === runningAtTick
    if (isStuck || (admitted === 0 && intervals >= FIRST_BYTE_INTERVALS))
      stop.abort(new Problem('unavailable', { cause: new Error('no answer in time') }))
    else if (running === undefined) startCheck()
    runningAtTick = running
  }

  function startCheck(): void {
    running = check().finally(() => {
      running = undefined
    })
  }

  async function check(): Promise<void> {
    try {
      if (!(await holds())) stop.abort(new Problem('forbidden'))
    } catch (cause) {
      stop.abort(new Problem('unavailable', { cause }))
    }
  }

  function mustWait(): Promise<void> | undefined {
    if (!isRecorded) return ready
    if (admitted < nextCheckAt) return undefined
    nextCheckAt = admitted + CHECK_BYTES
    const previous = running
    if (previous === undefined) {
      startCheck()
      return undefined
    }
    return previous.then(() => {
      stop.signal.throwIfAborted()
      startCheck()
    })
  }

  return {
    admit(bytes) {
      const wait = mustWait()
      if (wait === undefined) {
        admitted += bytes
        return undefined
      }
      return wait.then(() => {
        admitted += bytes
      })
    },
    admittedBytes: () => admitted,
    close: () => clearInterval(timer),
  }
}

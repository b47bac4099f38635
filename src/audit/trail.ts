import type { Pool } from '../db/database.ts'
import { SECOND } from '../kernel/units.ts'
import type { AuditEvent } from './append.ts'
import { insertEvents } from './trail-queries.ts'

/**
 * Appends events that belong to no other write, such as listening. Many appends become one statement
 * and one commit, and each caller waits for the commit that holds its own event.
 */
export interface AuditTrail {
  /** Resolves once the event is durable; rejects when it is not, and then the act must not happen. */
  append(event: AuditEvent): Promise<void>
  /** For what has already happened: retried in the background, and awaited by `drain`. */
  appendLater(event: AuditEvent): void
  /** Resolves when nothing is left to write. */
  drain(): Promise<void>
}

interface Waiting {
  readonly event: AuditEvent
  resolve(): void
  reject(error: unknown): void
}

/** Two statements at a time keep one commit on its way while the next batch fills. */
const WRITERS = 2
const MAX_BATCH = 500
/** Beyond this many unwritten events new ones are refused: the database is not keeping up. */
const MAX_WAITING = 10_000
/** What has already happened waits this long for a statement that somebody else needs at once. */
const LATER_MS = 0.1 * SECOND
const RETRY_DELAYS = [0.1, 1, 5].map((seconds) => seconds * SECOND)

/**
 * `pool` should be small and of its own, with a short lock and query time-out: a blocked audit table
 * then refuses audio quickly and leaves the other statements alone. `onLost` hears of an event that
 * could not be written later in spite of the retries.
 */
export function makeAuditTrail(pool: Pool, onLost: (event: AuditEvent, error: unknown) => void): AuditTrail {
  const waiting: Waiting[] = []
  const later = new Set<Promise<void>>()
  let writers = 0
  /** Whether somebody waits for one of the events, or the oldest of the others has waited long enough. */
  let isDue = false
  let timer: NodeJS.Timeout | undefined

  function enqueue(event: AuditEvent): Promise<void> {
    if (waiting.length >= MAX_WAITING) return Promise.reject(new Error('too many audit events are waiting'))
    return new Promise((resolve, reject) => waiting.push({ event, resolve, reject }))
  }

  function append(event: AuditEvent): Promise<void> {
    // One turn of the loop later, so that requests of the same turn share a commit.
    if (!isDue) setImmediate(work)
    isDue = true
    return enqueue(event)
  }

  function enqueueLater(event: AuditEvent): Promise<void> {
    timer ??= setTimeout(writeAll, LATER_MS)
    return enqueue(event)
  }

  function writeAll(): void {
    clearTimeout(timer)
    timer = undefined
    isDue = waiting.length > 0
    work()
  }

  function work(): void {
    while (isDue && writers < WRITERS && waiting.length > 0) {
      writers += 1
      void write(waiting.splice(0, MAX_BATCH)).finally(() => {
        writers -= 1
        work()
      })
      isDue = waiting.length > 0
    }
  }

  async function write(batch: readonly Waiting[]): Promise<void> {
    try {
      const events = batch.map(({ event }) => event)
      await insertEvents(pool, events)
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  async function appendWithRetries(event: AuditEvent): Promise<void> {
    for (const delay of RETRY_DELAYS) {
      try {
        return await enqueueLater(event)
      } catch {
        await new Promise((resolve) => setTimeout(resolve, delay))
      }
    }
    await append(event).catch((error: unknown) => onLost(event, error))
  }

  return {
    append,
    appendLater(event) {
      const done = appendWithRetries(event)
      later.add(done)
      void done.finally(() => later.delete(done))
    },
    async drain() {
      while (later.size > 0) {
        writeAll()
        await Promise.all(later)
      }
    },
  }
}

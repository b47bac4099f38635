import type { Database } from '../db/database.ts'
import type { Instance } from '../db/instance.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import { abandonUpload } from './ingest-abandon.ts'
import { receivingOf, takeAbandoned } from './ingest-queries.ts'

const BATCH = 50

export interface RecoverPorts {
  readonly db: Database
  readonly store: ObjectStore
  readonly clock: Clock
  readonly instance: Pick<Instance, 'id' | 'isRegistered'>
  readonly logger: Logger
  /** Recordings this process is receiving right now, shared with ingest. */
  readonly inFlight: Set<string>
}

export interface Recovered {
  /** Uploads undone: nothing of them is left. */
  readonly abandoned: number
  /** Uploads that could not be undone now; the next run tries again. */
  readonly failed: number
}

export type RecoverIngests = (options?: { readonly onlyId?: string }) => Promise<Recovered>

/**
 * Undoes uploads that ended without an answer because their process died or could not clean up. They
 * were never confirmed, so their senders send them again. Safe at any time and in any number of
 * instances: an upload is taken only when its worker is gone, or is ourselves and has given it up.
 */
export function makeRecoverIngests(ports: RecoverPorts): RecoverIngests {
  return async function recoverIngests({ onlyId } = {}) {
    const failed = new Set<string>()
    // A process that the database does not see would be taken for dead itself.
    if (!ports.instance.isRegistered()) return { abandoned: 0, failed: 0 }
    let abandoned = 0
    let ids = await take(ports, failed, onlyId)
    while (ids.length > 0) {
      abandoned += await undoAll(ports, ids, failed)
      ids = await take(ports, failed, onlyId)
    }
    return { abandoned, failed: failed.size }
  }
}

async function take(ports: RecoverPorts, failed: ReadonlySet<string>, onlyId: string | undefined) {
  const own = await receivingOf(ports.db, ports.instance.id)
  // Read after the query: an upload enters this set before its row exists and leaves it after its end,
  // so a row that was seen and is not in the set is nobody's work any more.
  const givenUp = own.filter((id) => !ports.inFlight.has(id) && !failed.has(id))
  return await takeAbandoned(ports.db, { worker: ports.instance.id, givenUp, limit: BATCH, onlyId })
}

/** One after the other; the number undone. What fails is noted, so that this run does not take it again. */
async function undoAll(ports: RecoverPorts, ids: readonly string[], failed: Set<string>): Promise<number> {
  let undone = 0
  for (const id of ids) {
    try {
      undone += Number(await undo(ports, id))
    } catch (error) {
      ports.logger.error('an unfinished upload could not be removed', { recordingId: id, error })
      failed.add(id)
    }
  }
  return undone
}

const undo = (ports: RecoverPorts, id: string): Promise<boolean> =>
  abandonUpload(ports, id, ports.instance.id, {
    type: 'recording.ingest_abandoned',
    action: 'D',
    outcome: 'error',
    at: ports.clock.now(),
    actor: null,
    recordingId: id,
  })

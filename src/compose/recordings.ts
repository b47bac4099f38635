import { makeAuditTrail } from '../audit/trail.ts'
import type { Config } from '../config/config.ts'
import { openDatabase } from '../db/database.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { uploadSlots } from '../http/upload-slots.ts'
import { SECOND } from '../kernel/units.ts'
import { makeAdmit } from '../recordings/admit.ts'
import { makeFind } from '../recordings/find.ts'
import { makeIngest } from '../recordings/ingest.ts'
import { ingestEndpoints } from '../recordings/ingest-routes.ts'
import { makeList } from '../recordings/list.ts'
import { makeListAccesses } from '../recordings/list-accesses.ts'
import { listenEndpoints } from '../recordings/listen-routes.ts'
import { makePlay } from '../recordings/play.ts'
import { makeRecoverIngests, type RecoverIngests } from '../recordings/recover-ingests.ts'
import { makeStartPlayback } from '../recordings/start-playback.ts'
import { makeUnlock } from '../recordings/unlock.ts'
import type { Foundation } from './foundation.ts'
import type { Retention } from './retention.ts'

export interface Recordings extends AsyncDisposable {
  readonly endpoints: readonly Endpoint[]
  readonly recoverIngests: RecoverIngests
}

/** A blocked audit table refuses audio soon and leaves the other statements alone. */
const TRAIL_CONNECTIONS = 3
const TRAIL_LIMITS = { statementTimeoutMs: 3 * SECOND, lockTimeoutMs: 2 * SECOND, queryTimeoutMs: 4 * SECOND }
/** One telephony system may not take all places from the others. */
const SHARE_PER_CALLER = 0.75

/** Delivering, finding and listening. */
export async function composeRecordings(
  foundation: Foundation,
  config: Config,
  retention: Retention,
): Promise<Recordings> {
  const { db, pool, clock, logger } = foundation
  const trailDatabase = openDatabase(foundation.databaseUrl, TRAIL_CONNECTIONS, TRAIL_LIMITS)
  const trail = makeAuditTrail(trailDatabase.pool, (event, error) =>
    logger.error('an audit event could not be written', { type: event.type, error }),
  )
  const inFlight = new Set<string>()
  const recoverIngests = makeRecoverIngests({ ...foundation, inFlight })
  const ingest = makeIngest({
    ...foundation,
    deriveRetention: retention.deriveRetention,
    recoverIngests,
    inFlight,
  })
  const admission = makeAdmit({ pool, trail, clock })
  const play = makePlay({ ...foundation, unlock: makeUnlock(foundation), admission, trail })
  const { maxBytes, maxConcurrent, minRate, minRateWindowMs } = config.uploads
  return {
    recoverIngests,
    endpoints: [
      ...ingestEndpoints({
        ingest,
        db,
        clock,
        slots: uploadSlots({ total: maxConcurrent, perCaller: Math.ceil(maxConcurrent * SHARE_PER_CALLER) }),
        maxBytes,
        rate: { bytesPerSecond: minRate, windowMs: minRateWindowMs },
      }),
      ...listenEndpoints({
        admission,
        play,
        list: makeList({ db, trail, clock }),
        find: makeFind({ db, trail, clock }),
        listAccesses: makeListAccesses({ db, trail, clock }),
        startPlayback: makeStartPlayback({ db, admission, clock }),
      }),
    ],
    async [Symbol.asyncDispose]() {
      await trail.drain()
      await trailDatabase.close()
    },
  }
}

import type { Endpoint } from '../http/endpoint.ts'
import { makeFindCustody } from '../recordings/custody.ts'
import { custodyEndpoints } from '../recordings/custody-routes.ts'
import { makeFindHold, makeListHolds } from '../recordings/hold-list.ts'
import { holdEndpoints } from '../recordings/hold-routes.ts'
import { settleHolds } from '../recordings/hold-settle.ts'
import { makePlaceHold } from '../recordings/place-hold.ts'
import { makeReleaseHold } from '../recordings/release-hold.ts'
import { makeRequestLocks } from '../recordings/request-lock.ts'
import { makeRestrict } from '../recordings/restrict.ts'
import { restrictionEndpoints } from '../recordings/restriction-routes.ts'
import { makeReviewHold } from '../recordings/review-hold.ts'
import { makeSyncObjects } from '../recordings/sync-objects.ts'
import type { Foundation } from './foundation.ts'

export interface Holds {
  readonly endpoints: readonly Endpoint[]
  /** Finishes what was broken off, and tells the store what changed; for a job. */
  readonly keepInStep: (signal: AbortSignal) => Promise<void>
}

/** Recordings of one run of the job. */
const SYNC_LIMIT = 2000

/** What keeps recordings from destruction, and the store in step with it. */
export function composeHolds({
  db,
  store,
  clock,
  logger,
}: Pick<Foundation, 'db' | 'store' | 'clock' | 'logger'>): Holds {
  const syncObjects = makeSyncObjects({ db, store, clock, logger })
  const ports = { db, clock, logger, syncObjects }
  return {
    endpoints: [
      ...holdEndpoints({
        clock,
        placeHold: makePlaceHold(ports),
        releaseHold: makeReleaseHold(ports),
        reviewHold: makeReviewHold(ports),
        listHolds: makeListHolds(ports),
        findHold: makeFindHold(ports),
      }),
      ...restrictionEndpoints(makeRestrict(ports), makeRequestLocks(ports)),
      ...custodyEndpoints(makeFindCustody(ports)),
    ],
    async keepInStep(signal) {
      await settleHolds(ports, signal)
      await syncObjects({ limit: SYNC_LIMIT }, signal)
    },
  }
}

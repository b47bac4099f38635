import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { uploadSlots } from '../http/upload-slots.ts'
import { type Ingest, makeIngest } from '../recordings/ingest.ts'
import { type IngestEndpointParts, ingestEndpoints } from '../recordings/ingest-routes.ts'
import { makeRecoverIngests, type RecoverIngests } from '../recordings/recover-ingests.ts'
import type { Foundation } from './foundation.ts'
import { composeListening, type Listening } from './listening.ts'
import type { Arrival } from './tags.ts'

export interface Recordings extends AsyncDisposable {
  readonly endpoints: readonly Endpoint[]
  /** The one way in, for other forms of a delivery. */
  readonly delivering: IngestEndpointParts
  readonly recoverIngests: RecoverIngests
  readonly find: Listening['find']
  readonly trail: Listening['trail']
  readonly readPlain: Listening['readPlain']
  readonly removeExpiredPlaybacks: Listening['removeExpiredPlaybacks']
}

/** One telephony system may not take all places from the others. */
const SHARE_PER_CALLER = 0.75

/** The one way in, for the service and for commands beside it. */
export function composeIngest(
  foundation: Foundation,
  arrival: Arrival,
): { ingest: Ingest; recoverIngests: RecoverIngests } {
  const inFlight = new Set<string>()
  const recoverIngests = makeRecoverIngests({ ...foundation, inFlight })
  const ingest = makeIngest({ ...foundation, ...arrival, recoverIngests, inFlight })
  return { ingest, recoverIngests }
}

/** Delivering, finding and listening. */
export function composeRecordings(foundation: Foundation, config: Config, arrival: Arrival): Recordings {
  const { db, clock } = foundation
  const listening = composeListening({ ...foundation, staffLimits: config.staffLimits })
  const { ingest, recoverIngests } = composeIngest(foundation, arrival)
  const { maxBytes, maxConcurrent, minRate, minRateWindowMs } = config.uploads
  const delivering = {
    ...{ ingest, db, clock, maxBytes },
    slots: uploadSlots({ total: maxConcurrent, perCaller: Math.ceil(maxConcurrent * SHARE_PER_CALLER) }),
    rate: { bytesPerSecond: minRate, windowMs: minRateWindowMs },
  }
  return {
    delivering,
    recoverIngests,
    find: listening.find,
    trail: listening.trail,
    readPlain: listening.readPlain,
    removeExpiredPlaybacks: listening.removeExpiredPlaybacks,
    endpoints: [...ingestEndpoints(delivering), ...listening.endpoints],
    [Symbol.asyncDispose]: () => listening.close(),
  }
}

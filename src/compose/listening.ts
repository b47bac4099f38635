import { type AuditTrail, makeAuditTrail } from '../audit/trail.ts'
import { type Database, openDatabase } from '../db/database.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Clock } from '../kernel/clock.ts'
import { SECOND } from '../kernel/units.ts'
import { makeAdmit } from '../recordings/admit.ts'
import { makeAdmitWanted } from '../recordings/admit-wanted.ts'
import { makeFind } from '../recordings/find.ts'
import { makeList } from '../recordings/list.ts'
import { makeListAccesses } from '../recordings/list-accesses.ts'
import { makeListForCase } from '../recordings/list-for-case.ts'
import { listenEndpoints } from '../recordings/listen-routes.ts'
import { makePlay } from '../recordings/play.ts'
import { deleteExpiredPlaybacks } from '../recordings/playback-queries.ts'
import { makeReadPlain, type ReadPlain } from '../recordings/read-plain.ts'
import { makeShowWaveform } from '../recordings/show-waveform.ts'
import { makeStaffWatch, STAFF_LIMITS, type StaffLimits } from '../recordings/staff-watch.ts'
import { makeStartPlayback } from '../recordings/start-playback.ts'
import { makeUnlock } from '../recordings/unlock.ts'
import type { Keyring } from '../storage/keyring.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { Logger } from '../telemetry/logger.ts'

export interface ListeningParts {
  readonly databaseUrl: string
  readonly db: Database
  readonly store: ObjectStore
  readonly keyring: Keyring
  readonly clock: Clock
  readonly logger: Logger
  readonly staffLimits?: StaffLimits
}

export interface Listening {
  readonly endpoints: Endpoint[]
  readonly find: ReturnType<typeof makeFind>
  /** For others who send audio: one way to write down that it leaves, and one to read it. */
  readonly trail: AuditTrail
  readonly readPlain: ReadPlain
  removeExpiredPlaybacks(): Promise<number>
  /** After the last request: writes what deliveries still have to say, and closes. */
  close(): Promise<void>
}

/** Enough for `makeAuditTrail`, which has at most two statements on their way. */
const AUDIT_CONNECTIONS = 2

/** A listener waits for the audit row, so a blocked table must show quickly, and as 503. */
const AUDIT_LIMITS = {
  lockTimeoutMs: 2 * SECOND,
  statementTimeoutMs: 3 * SECOND,
  queryTimeoutMs: 4 * SECOND,
}

/** Whether audio may be heard is asked for every range, and every few MiB again: a third of a millisecond each. */
const LOOKUP_CONNECTIONS = 8

/** Lists, shows and plays recordings. */
export function composeListening({
  databaseUrl,
  db,
  store,
  keyring,
  clock,
  logger,
  staffLimits = STAFF_LIMITS,
}: ListeningParts): Listening {
  const audit = openDatabase(databaseUrl, AUDIT_CONNECTIONS, AUDIT_LIMITS)
  const trail = makeAuditTrail(audit.pool, ({ type, requestId }, error) =>
    logger.error('an audit event of what has happened was lost', { type, requestId, error }),
  )
  const lookups = openDatabase(databaseUrl, LOOKUP_CONNECTIONS, { planOnce: true })
  const staffWatch = makeStaffWatch({ db, clock, logger, limits: staffLimits })
  const admission = makeAdmit({ pool: lookups.pool, trail, clock, staffWatch })
  const admitWanted = makeAdmitWanted({ pool: lookups.pool, admission })
  const unlock = makeUnlock({ keyring, clock })
  const find = makeFind({ db, trail, clock })
  const readPlain = makeReadPlain({ store, unlock })
  return {
    find,
    trail,
    readPlain,
    endpoints: listenEndpoints({
      list: makeList({ db, trail, clock, staffWatch }),
      find,
      listForCase: makeListForCase({ db, trail, clock }),
      listAccesses: makeListAccesses({ db, trail, clock }),
      startPlayback: makeStartPlayback({ db, admitWanted, clock }),
      showWaveform: makeShowWaveform({
        admission,
        readPlain,
        trail,
        clock,
      }),
      play: makePlay({ store, unlock, admission, trail, clock }),
      admission,
      admitWanted,
    }),
    removeExpiredPlaybacks: () => deleteExpiredPlaybacks(db, clock.now()),
    async close() {
      await trail.drain()
      await Promise.all([audit.close(), lookups.close()])
    },
  }
}

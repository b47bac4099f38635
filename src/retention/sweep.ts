import { appendAudit } from '../audit/append.ts'
import type { Connection, Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { DAY, MINUTE } from '../kernel/units.ts'
import { endsOf } from '../recordings/ends.ts'
import type { Purge, PurgeOutcome } from '../recordings/purge.ts'
import type { Claim } from '../recordings/purge-queries.ts'
import type { Logger } from '../telemetry/logger.ts'
import { correctDate, type DueRow, listDue, lockDue, quarantine } from './sweep-queries.ts'

const CLOCK_TOLERANCE_MS = MINUTE
const QUARANTINE_BATCH = 100
/** Recordings that are being destroyed at the same time: waiting for the store is most of the work. */
const CONCURRENT_DESTRUCTIONS = 4

export interface SweepPorts {
  readonly db: Database
  readonly clock: Clock
  /** The shared clock, read in the transaction that relies on it. */
  readonly databaseNow: (connection: Connection) => Promise<Date>
  readonly purge: Purge
  readonly logger: Logger
  /** Most recordings that one run takes out of use, and most that it destroys. */
  readonly limit: number
  /** Days between the end of use and the destruction; 0 does both in one run. */
  readonly graceDays: number
}

export interface SweepRequest {
  readonly dryRun: boolean
  /** A dry run may look at another moment; a real run is always now. */
  readonly at?: Date
}

/** What a run did or, of a dry run, what it would do; all values are recording ids. */
export interface SweepReport {
  readonly dryRun: boolean
  readonly at: Date
  readonly quarantined: readonly string[]
  readonly destroyed: readonly string[]
  /** The store refuses to delete; tried again after a day. */
  readonly blocked: readonly string[]
  /** The store failed; tried again soon. */
  readonly failed: readonly string[]
  /** Taken over by another run. */
  readonly lost: readonly string[]
  /** The stored date was not what the tags say; it was replaced, and the recording left alone. */
  readonly corrected: readonly string[]
}

export type Sweep = (request: SweepRequest, signal?: AbortSignal) => Promise<SweepReport>

/**
 * Makes the run that ends what is over: due recordings leave use at once (quarantine) and are
 * destroyed when the grace is over, oldest first. Safe to run twice at once and to break off anywhere.
 * Throws Problem: `clock_disagreement`, `invalid_request` for a real run at another moment.
 */
export function makeSweep(ports: SweepPorts): Sweep {
  return async function sweep({ dryRun, at }, signal) {
    if (at && !dryRun)
      throw new Problem('invalid_request', { detail: 'Only a dry run may look at another moment.' })
    const now = await agreedNow(ports, ports.db)
    if (dryRun) return foresee(ports, at ?? now)
    const { quarantined, corrected } = await quarantineDue(ports, signal)
    const outcomes = await destroyFinished(ports, signal)
    const ids = (kind: PurgeOutcome['kind']) =>
      outcomes.filter((one) => one.kind === kind).map(({ id }) => id)
    return {
      dryRun,
      at: now,
      quarantined,
      corrected,
      destroyed: ids('destroyed'),
      blocked: ids('blocked'),
      failed: ids('failed'),
      lost: ids('lost'),
    }
  }
}

/**
 * The earlier of the two clocks, so that both are past whatever it is compared with. A clock that
 * jumped must not delete anything: no run while they are more than a minute apart.
 */
async function agreedNow({ clock, databaseNow, logger }: SweepPorts, connection: Connection): Promise<Date> {
  const database = await databaseNow(connection)
  const own = clock.now()
  const apartMs = own.getTime() - database.getTime()
  if (Math.abs(apartMs) <= CLOCK_TOLERANCE_MS) return apartMs < 0 ? own : database
  logger.error('the clocks of service and database differ', { alarm: 'clock_disagreement', apartMs })
  throw new Problem('clock_disagreement', {
    detail: `They are ${Math.round(Math.abs(apartMs) / 1000)} s apart.`,
  })
}

/** The same selection, predicates and limits as the real run, without a lock or a change. */
async function foresee({ db, purge, limit, graceDays }: SweepPorts, at: Date): Promise<SweepReport> {
  const due = (await listDue(db, at, limit)).map((row) => ({ id: row.id, due: isDue(row, at) }))
  const quarantined = due.filter((row) => row.due).map(({ id }) => id)
  const corrected = due.filter((row) => !row.due).map(({ id }) => id)
  const waiting = await purge.list({ quarantinedBefore: graceOverBefore(at, graceDays), now: at, limit })
  const destroyed = graceDays === 0 ? [...waiting, ...quarantined].slice(0, limit) : waiting
  return { dryRun: true, at, quarantined, destroyed, corrected, blocked: [], failed: [], lost: [] }
}

const graceOverBefore = (now: Date, graceDays: number): Date => new Date(now.getTime() - graceDays * DAY)

/** The stored date finds candidates; whether they are due is for the tags to say. */
const isDue = ({ tags, linkBy }: DueRow, now: Date): boolean => {
  const { dueAt } = endsOf(tags, now, linkBy)
  return dueAt !== null && dueAt <= now
}

async function quarantineDue(ports: SweepPorts, signal: AbortSignal | undefined) {
  const quarantined: string[] = []
  const corrected: string[] = []
  let rows = 0
  while (rows < ports.limit && !signal?.aborted) {
    const batch = await quarantineBatch(ports, Math.min(QUARANTINE_BATCH, ports.limit - rows))
    quarantined.push(...batch.quarantined)
    corrected.push(...batch.corrected)
    if (batch.rows === 0) break
    rows += batch.rows
  }
  return { quarantined, corrected }
}

/** One transaction: lock, look again, take out of use, account for it. */
async function quarantineBatch(ports: SweepPorts, limit: number) {
  return ports.db.transaction().execute(async (tx) => {
    const now = await agreedNow(ports, tx)
    const locked = await lockDue(tx, now, limit)
    const due = locked.filter((row) => isDue(row, now)).map(({ id }) => id)
    const wrong = locked.filter((row) => !isDue(row, now))
    if (due.length > 0) await quarantine(tx, due, now)
    for (const row of wrong) await correctDate(tx, row.id, endsOf(row.tags, now, row.linkBy))
    const events = [
      ...due.map((id) => event('recording.quarantined', 'ok', id, now)),
      ...wrong.map(({ id }) => event('recording.date_corrected', 'error', id, now)),
    ]
    if (events.length > 0) await appendAudit(tx, ...events)
    if (wrong.length > 0)
      ports.logger.error('stored dates differed from the tags', {
        alarm: 'date_corrected',
        count: wrong.length,
      })
    return { rows: locked.length, quarantined: due, corrected: wrong.map(({ id }) => id) }
  })
}

const event = (type: string, outcome: 'ok' | 'error', recordingId: string, at: Date) => ({
  type,
  action: 'U' as const,
  outcome,
  at,
  actor: null,
  recordingId,
})

async function destroyFinished(ports: SweepPorts, signal: AbortSignal | undefined) {
  const outcomes: (PurgeOutcome & { readonly id: string })[] = []
  while (outcomes.length < ports.limit && !signal?.aborted) {
    const now = await agreedNow(ports, ports.db)
    const limit = Math.min(CONCURRENT_DESTRUCTIONS, ports.limit - outcomes.length)
    const wanted = { quarantinedBefore: graceOverBefore(now, ports.graceDays), now, limit }
    const claims = await ports.purge.claim(wanted)
    if (claims.length === 0) break
    outcomes.push(...(await destroyAll(ports.purge, claims)))
  }
  return outcomes
}

/** Waits for all of them also when one throws: no destruction may go on behind a run that has ended. */
async function destroyAll(purge: Purge, claims: readonly Claim[]) {
  const settled = await Promise.allSettled(
    claims.map(async (claim) => ({ ...(await purge.destroy(claim)), id: claim.id })),
  )
  const broken = settled.find((one) => one.status === 'rejected')
  if (broken) throw broken.reason
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

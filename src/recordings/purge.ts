import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Instance } from '../db/instance.ts'
import type { Clock } from '../kernel/clock.ts'
import { DAY, MINUTE } from '../kernel/units.ts'
import { type ObjectStore, ObjectStoreError, type RemovalFailure } from '../storage/object-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import { type Erasure, eraseObjects } from './erase-objects.ts'
import {
  accountOf,
  type Claim,
  claimForDestruction,
  claimUnfinished,
  deleteBelongings,
  giveBack,
  listForDestruction,
  type Wanted,
  writeTombstone,
} from './purge-queries.ts'

/** A refusal will hardly change within the hour; asking once a day keeps a locked store from being hammered. */
const RETRY_REFUSED_MS = DAY
const RETRY_FAILED_MS = 5 * MINUTE

export type PurgeOutcome =
  | { readonly kind: 'destroyed'; readonly versions: number; readonly uploads: number }
  /** The store refuses: something is locked or held there. Tried again after a day. */
  | { readonly kind: 'blocked'; readonly code: string }
  /** The store failed. Tried again after some minutes. */
  | { readonly kind: 'failed' }
  /** Somebody else holds a newer claim, or a hold arrived; nothing was changed in the database. */
  | { readonly kind: 'lost' }

export interface PurgePorts {
  readonly db: Database
  readonly store: ObjectStore
  readonly clock: Clock
  readonly instance: Pick<Instance, 'id' | 'isRegistered'>
  readonly logger: Logger
}

export type DestructionWanted = Omit<Wanted, 'instance' | 'inFlight'>

export interface Purge {
  /** Ids that `claim` would take now. */
  list(wanted: DestructionWanted): Promise<readonly string[]>
  /**
   * Takes recordings whose time has come out of everybody's reach, durably and before anything is
   * deleted. The commit of a claim is the moment that decides between a hold and the destruction.
   */
  claim(wanted: DestructionWanted): Promise<readonly Claim[]>
  /** Takes over one unfinished destruction at once, even if its store asked for patience. */
  claimUnfinished(id: string): Promise<Claim | undefined>
  /** Destroys one claimed recording: objects, proof by listing, key, then the tombstone. Idempotent. */
  destroy(claim: Claim): Promise<PurgeOutcome>
}

/** The one deletion path: nothing else in the service removes a recording that was ever confirmed. */
export function makePurge(ports: PurgePorts): Purge {
  const inFlight = new Set<string>()
  const complete = (wanted: DestructionWanted): Wanted => ({
    ...wanted,
    instance: ports.instance.id,
    inFlight: [...inFlight],
  })
  return {
    list: (wanted) => listForDestruction(ports.db, complete(wanted)),
    claim: (wanted) => claim(ports, inFlight, (tx) => claimForDestruction(tx, complete(wanted))),
    async claimUnfinished(id) {
      const wanted = { id, instance: ports.instance.id, inFlight: [...inFlight] }
      const [taken] = await claim(ports, inFlight, async (tx) => {
        const one = await claimUnfinished(tx, wanted)
        return one ? [one] : []
      })
      return taken
    },
    async destroy(taken) {
      try {
        return await destroy(ports, taken)
      } finally {
        inFlight.delete(taken.id)
      }
    },
  }
}

async function claim(
  { db, clock, instance }: PurgePorts,
  inFlight: Set<string>,
  take: (tx: Tx) => Promise<readonly Claim[]>,
): Promise<readonly Claim[]> {
  // A process that the database does not see would be taken for dead, and its claims for free.
  if (!instance.isRegistered()) return []
  const claims = await db.transaction().execute(async (tx) => {
    const taken = await take(tx)
    const events = taken.map(({ id, fence }) =>
      event('recording.destruction_started', 'ok', id, clock, { fence }),
    )
    if (events.length > 0) await appendAudit(tx, ...events)
    return taken
  })
  for (const { id } of claims) inFlight.add(id)
  return claims
}

async function destroy(ports: PurgePorts, taken: Claim): Promise<PurgeOutcome> {
  let erasure: Erasure
  try {
    erasure = await eraseObjects(ports.store, taken.id)
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error
    return postpone(ports, taken, error)
  }
  const refusal = erasure.refused[0]
  if (refusal) return block(ports, taken, refusal, erasure)
  return finish(ports, taken, erasure)
}

async function finish(
  { db, clock, logger }: PurgePorts,
  taken: Claim,
  erasure: Erasure,
): Promise<PurgeOutcome> {
  const { versions, uploads } = erasure
  const done = await db.transaction().execute(async (tx) => {
    // First, because it takes the row lock: from here on neither a hold nor another worker can step between.
    if (!(await writeTombstone(tx, taken, clock.now()))) return false
    const purposes = await accountOf(tx, taken.id)
    await deleteBelongings(tx, taken.id)
    const detail = { fence: taken.fence, versions, uploads, purposes, method: 'version-delete+key-destroy' }
    await appendAudit(tx, event('recording.destroyed', 'ok', taken.id, clock, detail))
    return true
  })
  if (done) return { kind: 'destroyed', versions, uploads }
  logger.warn('a destruction was not ours to finish', { recordingId: taken.id })
  return { kind: 'lost' }
}

async function block(
  ports: PurgePorts,
  taken: Claim,
  refusal: RemovalFailure,
  { versions, uploads }: Erasure,
): Promise<PurgeOutcome> {
  const { code } = refusal
  const detail = { fence: taken.fence, storeCode: code, versions, uploads }
  ports.logger.error('the store refuses to delete a recording', {
    alarm: 'destruction_blocked',
    recordingId: taken.id,
    storeCode: code,
  })
  return release(
    ports,
    taken,
    `refused by the store: ${code}`,
    RETRY_REFUSED_MS,
    { kind: 'blocked', code },
    detail,
  )
}

async function postpone(ports: PurgePorts, taken: Claim, error: ObjectStoreError): Promise<PurgeOutcome> {
  const alarm = { alarm: 'destruction_failed', recordingId: taken.id, error }
  if (error.kind === 'denied') {
    ports.logger.error('the store refuses to delete a recording', alarm)
    const outcome = { kind: 'blocked', code: 'AccessDenied' } as const
    return release(ports, taken, 'refused by the store: AccessDenied', RETRY_REFUSED_MS, outcome, {
      fence: taken.fence,
    })
  }
  ports.logger.error('the store failed while a recording was being deleted', alarm)
  return release(
    ports,
    taken,
    `the store failed: ${error.kind}`,
    RETRY_FAILED_MS,
    { kind: 'failed' },
    { fence: taken.fence },
  )
}

/** The recording stays `destroying`: nobody gets access, and no success is reported before there is one. */
async function release(
  { db, clock }: PurgePorts,
  taken: Claim,
  reason: string,
  retryAfterMs: number,
  outcome: PurgeOutcome,
  detail: Record<string, unknown>,
): Promise<PurgeOutcome> {
  const retryAt = new Date(clock.now().getTime() + retryAfterMs)
  return db.transaction().execute(async (tx: Tx) => {
    if (!(await giveBack(tx, taken, reason, retryAt))) return { kind: 'lost' }
    await appendAudit(tx, event(`recording.destruction_${outcome.kind}`, 'error', taken.id, clock, detail))
    return outcome
  })
}

const event = (
  type: string,
  outcome: 'ok' | 'error',
  recordingId: string,
  clock: Clock,
  detail: Record<string, unknown>,
) => ({ type, action: 'D' as const, outcome, at: clock.now(), actor: null, recordingId, detail })

import { appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { inParallel } from '../kernel/in-parallel.ts'
import { DAY, MINUTE } from '../kernel/units.ts'
import { ObjectStoreError } from '../storage/object-store.ts'
import type { Erased } from './purge-erase.ts'
import { purgeEvent } from './purge-event.ts'
import { finish, type Proven } from './purge-finish.ts'
import { dueBefore, giveBack, wasBegunBefore } from './purge-finish-queries.ts'
import type { PurgePorts } from './purge-ports.ts'
import {
  type Claim,
  claimForDestruction,
  claimUnfinished,
  listForDestruction,
  type Wanted,
} from './purge-queries.ts'
import { eraseQuiet, outwaitTurns } from './purge-turns.ts'
import { claimAgain } from './replay-queries.ts'

export type { PurgePorts } from './purge-ports.ts'

/** A refusal will hardly change within the hour; asking once a day keeps a locked store from being hammered. */
const RETRY_REFUSED_MS = DAY
const RETRY_FAILED_MS = 5 * MINUTE
const PARALLEL_LOOKS = 8

export type PurgeOutcome = { readonly id: string } & (
  | { readonly kind: 'destroyed'; readonly versions: number; readonly uploads: number }
  /** The store refuses: something is locked or held there. Tried again after a day. */
  | { readonly kind: 'blocked'; readonly code: string }
  /** The store failed. Tried again after some minutes. */
  | { readonly kind: 'failed' }
  /** Somebody else holds a newer claim, or a hold arrived; nothing was changed in the database. */
  | { readonly kind: 'lost' }
)

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
  /** Takes recordings that were destroyed once and came back with a backup; held ones are left out. */
  claimAgain(ids: readonly string[]): Promise<readonly Claim[]>
  /**
   * Destroys claimed recordings, best about a thousand: objects, proof by listing, then in one transaction
   * key, tombstone and certificate. Idempotent. One outcome for each claim, in their order.
   */
  destroy(claims: readonly Claim[]): Promise<readonly PurgeOutcome[]>
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
    claimAgain: (ids) => claim(ports, inFlight, (tx) => claimAgain(tx, ids, ports.instance.id)),
    async destroy(claims) {
      try {
        return claims.length === 0 ? [] : await destroy(ports, claims)
      } finally {
        for (const { id } of claims) inFlight.delete(id)
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
      purgeEvent('recording.destruction_started', 'ok', id, clock.now(), { fence }),
    )
    if (events.length > 0) await appendAudit(tx, ...events)
    return taken
  })
  for (const { id } of claims) inFlight.add(id)
  return claims
}

async function destroy(ports: PurgePorts, claims: readonly Claim[]): Promise<readonly PurgeOutcome[]> {
  const startedAt = ports.clock.now()
  const ids = claims.map(({ id }) => id)
  const busy = await outwaitTurns(ports.db, ids)
  const absent = await absentBefore(ports, claims, startedAt)
  const erased = await eraseQuiet(ports, ids, busy)
  const destroyed = await finishProven(ports, provenOf(claims, erased, absent), startedAt)
  const given = await giveBackOthers(ports, claims, erased, destroyed)
  return claims.map(({ id }) => outcomeOf(id, erased.get(id), destroyed, given))
}

/**
 * Recordings of which nothing was there before we began: after a long outage the store's own lifecycle may
 * have been faster. Asked only when it can have been, and never of what we may have deleted ourselves.
 */
async function absentBefore(
  { db, store, lifecycleMarginDays }: PurgePorts,
  claims: readonly Claim[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const absent = new Set<string>()
  const since = new Date(now.getTime() - lifecycleMarginDays * DAY)
  const late = new Set(
    await dueBefore(
      db,
      claims.map(({ id }) => id),
      since,
    ),
  )
  const suspects = claims.filter(({ id }) => late.has(id))
  await inParallel(PARALLEL_LOOKS, suspects, async (one) => {
    try {
      for await (const page of store.listVersions(`recordings/${one.id}/`))
        if (page.some(({ isMarker }) => !isMarker)) return
      if (!(await wasBegunBefore(db, one))) absent.add(one.id)
    } catch (error) {
      // A store that does not answer now is met again by the deletion itself.
      if (!(error instanceof ObjectStoreError)) throw error
    }
  })
  return absent
}

const provenOf = (
  claims: readonly Claim[],
  erased: ReadonlyMap<string, Erased>,
  absent: ReadonlySet<string>,
): Proven[] =>
  claims.flatMap((one) => {
    const result = erased.get(one.id)
    if (result?.kind !== 'erased') return []
    const { versions, uploads } = result
    const isAbsent = absent.has(one.id)
    return [
      {
        claim: one,
        versions: isAbsent ? 0 : versions,
        uploads,
        removedBy: isAbsent ? 'store-lifecycle' : 'service',
      },
    ]
  })

/** Undefined when the list of destructions could not be written: then none of them is finished. */
async function finishProven(
  ports: PurgePorts,
  proven: readonly Proven[],
  startedAt: Date,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const destroyed = await finish(ports, proven, startedAt)
    const lost = proven.filter(({ claim: { id } }) => !destroyed.has(id))
    if (lost.length > 0)
      ports.logger.warn('destructions were not ours to finish', {
        recordingIds: lost.map(({ claim: { id } }) => id),
      })
    return destroyed
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error
    alarm(ports, 'destruction_failed', 'the list of destructions cannot be written', { error })
    return undefined
  }
}

interface Setback {
  readonly kind: 'blocked' | 'failed'
  readonly reason: string
  readonly retryAfterMs: number
  readonly detail: Record<string, unknown>
}

function setbackOf(result: Erased | undefined): Setback {
  if (result?.kind === 'refused') {
    const { code: storeCode, versions, uploads } = result
    return blocked(storeCode, { storeCode, versions, uploads })
  }
  if (result?.kind !== 'failed') return failed('the list of destructions cannot be written')
  return result.error.kind === 'denied'
    ? blocked('AccessDenied', { storeCode: 'AccessDenied' })
    : failed(`the store failed: ${result.error.kind}`)
}

const blocked = (code: string, detail: Record<string, unknown>): Setback => ({
  kind: 'blocked',
  reason: `refused by the store: ${code}`,
  retryAfterMs: RETRY_REFUSED_MS,
  detail,
})

const failed = (reason: string): Setback => ({
  kind: 'failed',
  reason,
  retryAfterMs: RETRY_FAILED_MS,
  detail: {},
})

/** They stay `destroying`: nobody gets access, and no success is reported before there is one. */
async function giveBackOthers(
  ports: PurgePorts,
  claims: readonly Claim[],
  erased: ReadonlyMap<string, Erased>,
  destroyed: ReadonlySet<string> | undefined,
): Promise<ReadonlySet<string>> {
  const left = claims.filter(({ id }) => !destroyed || erased.get(id)?.kind !== 'erased')
  const byReason = Map.groupBy(left, ({ id }) => setbackOf(erased.get(id)).reason)
  const given = new Set<string>()
  for (const some of byReason.values()) {
    const setback = setbackOf(erased.get(some[0]?.id ?? ''))
    for (const id of await setBack(ports, some, setback, erased)) given.add(id)
  }
  return given
}

async function setBack(
  ports: PurgePorts,
  some: readonly Claim[],
  { kind, reason, retryAfterMs }: Setback,
  erased: ReadonlyMap<string, Erased>,
): Promise<readonly string[]> {
  const { db, clock } = ports
  const name = kind === 'blocked' ? 'destruction_blocked' : 'destruction_failed'
  const first = erased.get(some[0]?.id ?? '')
  alarm(ports, name, kind === 'blocked' ? 'the store refuses to delete' : 'the store failed while deleting', {
    recordingIds: some.slice(0, 100).map(({ id }) => id),
    count: some.length,
    reason,
    ...(first?.kind === 'failed' ? { error: first.error } : {}),
  })
  return db.transaction().execute(async (tx) => {
    const now = clock.now()
    const ours = await giveBack(tx, some, reason, new Date(now.getTime() + retryAfterMs))
    const fences = new Map(some.map(({ id, fence }) => [id, fence]))
    const events = ours.map((id) =>
      purgeEvent(`recording.${name}`, 'error', id, now, {
        fence: fences.get(id),
        ...setbackOf(erased.get(id)).detail,
      }),
    )
    if (events.length > 0) await appendAudit(tx, ...events)
    return ours
  })
}

const alarm = (
  { logger }: PurgePorts,
  name: string,
  message: string,
  detail: Record<string, unknown>,
): void => void logger.error(message, { alarm: name, ...detail })

function outcomeOf(
  id: string,
  result: Erased | undefined,
  destroyed: ReadonlySet<string> | undefined,
  given: ReadonlySet<string>,
): PurgeOutcome {
  if (result?.kind === 'erased' && destroyed?.has(id))
    return { id, kind: 'destroyed', versions: result.versions, uploads: result.uploads }
  if (!given.has(id)) return { id, kind: 'lost' }
  const { kind, detail } = setbackOf(result)
  return kind === 'blocked' ? { id, kind, code: String(detail.storeCode) } : { id, kind }
}

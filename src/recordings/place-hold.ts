import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import { newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import { queueWebhookEvent } from '../notices/queue-webhook-event.ts'
import type { Logger } from '../telemetry/logger.ts'
import { entityOf, kindOf, type NewHold, reviewDay } from './hold.ts'
import { findHold, type HoldRow } from './hold-list-queries.ts'
import { awaitArrivals, insertHold, unconfirmed } from './hold-queries.ts'
import { entitiesOf, type TooLate, tooLate, uncovered } from './hold-scope-queries.ts'
import { holdRecordings, type SettlePorts, settleHold } from './hold-settle.ts'
import { refusalOf } from './hold-target.ts'
import type { SyncObjects } from './sync-objects.ts'

export interface HoldPorts extends SettlePorts {
  readonly syncObjects: SyncObjects
  readonly logger: Logger
}

export type HoldRequest = Pick<NewHold, 'type' | 'matterRef' | 'scope' | 'futureMatching' | 'reason'> & {
  readonly reviewBy?: string | undefined
  readonly entity?: string | undefined
}

export interface Placed {
  readonly hold: HoldRow
  /** Recordings of the scope whose destruction was first. */
  readonly notHeld: readonly TooLate[]
}

/** How long the answer waits for the store to confirm. */
const CONFIRM_MS = 5 * SECOND
/** Most that the answer waits for; the rest is confirmed by the job. */
const CONFIRM_AT_ONCE = 1000

/**
 * Places a hold. When it returns, no recording under it can be destroyed; whether the store has its own
 * hold on every version too is for the answer to say. Throws Problem: `forbidden`, `invalid_request`,
 * `not_found` when nothing is there to hold, `deletion_in_progress` and `destroyed` when it is too late.
 */
export function makePlaceHold(ports: HoldPorts) {
  return async function placeHold(actor: Actor, request: HoldRequest): Promise<Placed> {
    const { db, clock } = ports
    const placedAt = clock.now()
    const act: Act = { type: 'hold.placed', action: 'C', actor, at: placedAt }
    const hold = await withRefusalsOnRecord(db, act, async () => {
      const wanted = decide(actor, await withEntity(db, actor, request), placedAt)
      await insert(ports, wanted, act)
      return wanted
    })
    await settleHold(ports, hold.id, actor)
    await confirm(ports, hold.id)
    const row = await findHold(db, hold.id, [hold.entity])
    if (!row) throw new TypeError('a hold does not go away')
    return { hold: row, notHeld: await tooLate(db, hold) }
  }
}

/** Named recordings tell their entity themselves, when they are all of one. */
async function withEntity(db: Database, actor: Actor, request: HoldRequest): Promise<HoldRequest> {
  if (request.entity !== undefined || !('recordings' in request.scope)) return request
  const [entity, ...others] = await entitiesOf(db, request.scope.recordings, actor.entities)
  return entity === undefined || others.length > 0 ? request : { ...request, entity }
}

function decide(actor: Actor, request: HoldRequest, now: Date): NewHold {
  requireRole(actor, now, 'records_manager', 'privacy_officer')
  const { type, matterRef, scope, futureMatching, reason } = request
  if (futureMatching && 'recordings' in scope)
    throw new Problem('invalid_request', {
      errors: [{ field: 'futureMatching', message: 'named recordings have no future ones' }],
    })
  return {
    ...{ id: newId(), type, matterRef, scope, futureMatching, reason },
    entity: entityOf(request.entity, actor.entities),
    placedBy: actor.sub,
    placedAt: now,
    reviewBy: reviewDay(request.reviewBy, dayOf(now)),
  }
}

async function insert({ db, clock }: HoldPorts, hold: NewHold, act: Act): Promise<void> {
  const { id, type, entity, scope, futureMatching, reviewBy } = hold
  const searches = !('recordings' in scope)
  if (searches && !futureMatching && (await uncovered(db, hold)).length === 0)
    throw refusalOf(await tooLate(db, hold))
  await db.transaction().execute(async (tx) => {
    if (futureMatching) await awaitArrivals(tx, entity)
    await insertHold(tx, hold)
    const detail = { hold: id, holdType: type, scope: kindOf(scope), futureMatching, reviewBy }
    await appendAudit(tx, eventOf({ ...act, entities: [entity] }, detail))
    await queueWebhookEvent(tx, {
      ...{ type: 'hold.placed', subject: id, entity, at: act.at, key: `hold.placed ${id}` },
      data: { holdId: id, holdType: type, reviewBy },
    })
    // A hold of named recordings that holds none of them is no hold.
    if (searches) return
    const held = await holdRecordings(tx, id, scope.recordings, act.actor, clock.now())
    if (held.length === 0) throw refusalOf(await tooLate(tx, hold))
  })
}

/** Waits for the store, but not long: the hold is in force, and the job goes on with what is left. */
async function confirm({ db, syncObjects, logger }: HoldPorts, holdId: string): Promise<void> {
  const ids = await unconfirmed(db, holdId, CONFIRM_AT_ONCE)
  if (ids.length === 0) return
  const budget = AbortSignal.timeout(CONFIRM_MS)
  const over = new Promise<void>((resolve) => budget.addEventListener('abort', () => resolve()))
  const syncing = syncObjects({ ids }, budget).then(
    () => undefined,
    (error: unknown) => logger.error('the store could not be told of a hold', { holdId, error }),
  )
  await Promise.race([syncing, over])
}

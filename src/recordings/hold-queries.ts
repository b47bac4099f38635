import { sql } from 'kysely'
import type { Connection, Database, Tx } from '../db/database.ts'
import type { CalendarDay } from '../kernel/calendar.ts'
import type { HoldScope, NewHold } from './hold.ts'
import { HOLDABLE } from './hold-scope-queries.ts'
import { unprotected } from './hold-target-queries.ts'

/** First key of the advisory locks that keep holds and arriving recordings apart; the second is the entity. */
const HOLD_CLASS = 0x4c44

/**
 * Waits until every recording that is just being finished is visible, and keeps others from finishing
 * until this transaction ends. A hold that is inserted under it is seen by every later one, and what
 * finished earlier is found by who looks afterwards: nothing slips between.
 */
export async function awaitArrivals(tx: Tx, entity: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${HOLD_CLASS}, hashtext(${entity}))`.execute(tx)
}

/** The other side of `awaitArrivals`, for the transaction that finishes a recording. */
export async function awaitNewHolds(tx: Tx, recordingId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${HOLD_CLASS}, hashtext(entity))
    from recording where id = ${recordingId}`.execute(tx)
}

export async function insertHold(tx: Tx, hold: NewHold): Promise<void> {
  await tx
    .insertInto('hold')
    .values({
      id: hold.id,
      type: hold.type,
      matter_ref: hold.matterRef,
      entity: hold.entity,
      scope: JSON.stringify(hold.scope),
      future_matching: hold.futureMatching,
      reason: hold.reason,
      placed_by: hold.placedBy,
      placed_at: hold.placedAt,
      review_by: hold.reviewBy,
    })
    .execute()
}

export interface HoldState {
  readonly id: string
  readonly entity: string
  readonly scope: HoldScope
  readonly placedBy: string
  readonly isReleased: boolean
  readonly isSettled: boolean
}

const STATE = [
  'id',
  'entity',
  'scope',
  'placed_by as placedBy',
  sql<boolean>`released_at is not null`.as('isReleased'),
  sql<boolean>`settled_at is not null`.as('isSettled'),
] as const

export const holdState = async (connection: Connection, id: string): Promise<HoldState | undefined> =>
  (await connection.selectFrom('hold').select(STATE).where('id', '=', id).executeTakeFirst()) as
    | HoldState
    | undefined

/** Locks a hold of one of these entities, so that only one release can be the first. */
export const lockHold = async (
  tx: Tx,
  id: string,
  entities: readonly string[],
): Promise<HoldState | undefined> =>
  (await tx
    .selectFrom('hold')
    .select(STATE)
    .where('id', '=', id)
    .where('entity', '=', sql<string>`any(${entities}::text[])`)
    .forUpdate()
    .executeTakeFirst()) as HoldState | undefined

export interface Release {
  readonly id: string
  readonly by: string
  readonly at: Date
  readonly reason: string
  /** All that stays of the scope: what it named may be destroyed by and by, and nothing is to tell whose it was. */
  readonly scopeKind: string
}

export async function markReleased(tx: Tx, { id, by, at, reason, scopeKind }: Release): Promise<void> {
  await tx
    .updateTable('hold')
    .set({
      released_by: by,
      released_at: at,
      release_reason: reason,
      scope: JSON.stringify({ kind: scopeKind }),
      settled_at: null,
    })
    .where('id', '=', id)
    .execute()
}

export interface Review {
  readonly holdId: string
  readonly by: string
  readonly at: Date
  readonly reviewBy: CalendarDay
  readonly reason: string
}

/** Writes a review down, and the day of the next one. */
export async function addReview(tx: Tx, { holdId, by, at, reviewBy, reason }: Review): Promise<void> {
  const row = { hold_id: holdId, reviewed_at: at, reviewed_by: by, review_by: reviewBy, reason }
  await tx.insertInto('hold_review').values(row).execute()
  await tx.updateTable('hold').set({ review_by: reviewBy }).where('id', '=', holdId).execute()
}

/** Notes that every recording has followed the hold, unless it was released meanwhile. */
export async function markSettled(
  db: Database,
  { id, isReleased }: Pick<HoldState, 'id' | 'isReleased'>,
  now: Date,
): Promise<void> {
  await db
    .updateTable('hold')
    .set({ settled_at: now })
    .where('id', '=', id)
    .where(isReleased ? sql<boolean>`released_at is not null` : sql<boolean>`released_at is null`)
    .execute()
}

export async function unsettledHolds(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('hold')
    .select('id')
    .where('settled_at', 'is', null)
    .orderBy('id')
    .limit(100)
    .execute()
  return rows.map(({ id }) => id)
}

/**
 * Puts recordings under an open hold: those that can be held at this instant, with their rows locked, so
 * that a destruction is either already seen here or sees the hold. Returns the ones newly held.
 */
export async function linkRecordings(
  tx: Tx,
  holdId: string,
  ids: readonly string[],
  now: Date,
): Promise<string[]> {
  const { rows: open } =
    await sql`select from hold where id = ${holdId} and released_at is null for share`.execute(tx)
  if (open.length === 0) return []
  const { rows: locked } = await sql<{ id: string }>`select id from recording
    where id = any(${ids}::uuid[]) and status in ${HOLDABLE}
      and entity = (select entity from hold where id = ${holdId})
    order by id for update`.execute(tx)
  const { rows: linked } = await sql<{ id: string }>`
    insert into hold_recording (hold_id, recording_id, placed_at)
    select ${holdId}, id, ${now}::timestamptz from unnest(${locked.map(({ id }) => id)}::uuid[]) as one (id)
    on conflict do nothing returning recording_id as id`.execute(tx)
  const held = linked.map(({ id }) => id)
  await sql`update recording set hold_count = hold_count + 1, objects_changed_at = ${now}
    where id = any(${held}::uuid[])`.execute(tx)
  return held
}

/** Lets up to `limit` recordings go from a released hold, each only once. */
export async function unlinkRecordings(tx: Tx, holdId: string, limit: number, now: Date): Promise<string[]> {
  const { rows: found } = await sql<{ id: string }>`select recording_id as id from hold_recording
    where hold_id = ${holdId} and ended_at is null order by recording_id limit ${limit}`.execute(tx)
  const ids = found.map(({ id }) => id)
  await sql`select from recording where id = any(${ids}::uuid[]) order by id for update`.execute(tx)
  const { rows: ended } = await sql<{ id: string }>`update hold_recording set ended_at = ${now}
    where hold_id = ${holdId} and recording_id = any(${ids}::uuid[]) and ended_at is null
    returning recording_id as id`.execute(tx)
  const free = ended.map(({ id }) => id)
  await sql`update recording set hold_count = hold_count - 1, ${unprotected(now)} where id = any(${free}::uuid[])`.execute(
    tx,
  )
  return free
}

/** Recordings under the hold of which the store has not confirmed it yet, longest waiting first. */
export async function unconfirmed(db: Database, holdId: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('hold_recording')
    .select('recording_id')
    .where('hold_id', '=', holdId)
    .where('ended_at', 'is', null)
    .where('confirmed_at', 'is', null)
    .orderBy('placed_at')
    .limit(limit)
    .execute()
  return rows.map(({ recording_id }) => recording_id)
}

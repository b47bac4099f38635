import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import { HOLDABLE } from './hold-scope-queries.ts'
import { unprotected } from './hold-target-queries.ts'

export interface RequestLock {
  readonly recordingId: string
  readonly requestRef: string
  readonly placedBy: string
  readonly placedAt: Date
  readonly reviewBy: string
}

export interface LockWanted extends Omit<RequestLock, 'recordingId'> {
  readonly recordingIds: readonly string[]
}

/** Locks the recordings that are still there for a request; returns those newly locked. */
export async function insertLocks(tx: Tx, wanted: LockWanted): Promise<string[]> {
  const { recordingIds, requestRef, placedBy, placedAt, reviewBy } = wanted
  const { rows: there } = await sql<{ id: string }>`select id from recording
    where id = any(${recordingIds}::uuid[]) and status in ${HOLDABLE} order by id for update`.execute(tx)
  const { rows: locked } = await sql<{ id: string }>`
    insert into request_lock (recording_id, request_ref, placed_by, placed_at, review_by)
    select id, ${requestRef}::text, ${placedBy}::text, ${placedAt}::timestamptz, ${reviewBy}::date
    from unnest(${there.map(({ id }) => id)}::uuid[]) as one (id)
    on conflict do nothing returning recording_id as id`.execute(tx)
  const ids = locked.map(({ id }) => id)
  await sql`update recording set lock_count = lock_count + 1, objects_changed_at = ${placedAt}
    where id = any(${ids}::uuid[])`.execute(tx)
  return ids
}

/** Ends the locks of a request, of one recording or of all; returns the recordings let go. */
export async function removeLocks(
  tx: Tx,
  requestRef: string,
  recordingIds: readonly string[] | 'all',
  now: Date,
): Promise<string[]> {
  const which = recordingIds === 'all' ? sql`true` : sql`l.recording_id = any(${recordingIds}::uuid[])`
  const { rows: found } = await sql<{ id: string }>`select r.id from recording r
    where r.id in (select l.recording_id from request_lock l where l.request_ref = ${requestRef} and ${which})
    order by r.id for update`.execute(tx)
  const { rows: removed } = await sql<{ id: string }>`delete from request_lock
    where request_ref = ${requestRef} and recording_id = any(${found.map(({ id }) => id)}::uuid[])
    returning recording_id as id`.execute(tx)
  const ids = removed.map(({ id }) => id)
  await sql`update recording set lock_count = lock_count - 1, ${unprotected(now)}
    where id = any(${ids}::uuid[])`.execute(tx)
  return ids
}

export async function findLock(tx: Tx, recordingId: string, requestRef: string): Promise<RequestLock> {
  return await tx
    .selectFrom('request_lock')
    .select([
      'recording_id as recordingId',
      'request_ref as requestRef',
      'placed_by as placedBy',
      'placed_at as placedAt',
      'review_by as reviewBy',
    ])
    .where('recording_id', '=', recordingId)
    .where('request_ref', '=', requestRef)
    .executeTakeFirstOrThrow()
}

import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import { unprotected } from './hold-target-queries.ts'

export interface RestrictionRow {
  readonly recordingId: string
  readonly ground: string
  readonly placedBy: string
  readonly placedAt: Date
  /** When the member was told that it will be lifted; null: not told. */
  readonly liftNoticeAt: Date | null
}

const COLUMNS = sql`recording_id as "recordingId", ground, placed_by as "placedBy", placed_at as "placedAt",
  lift_notice_at as "liftNoticeAt"`

/** Restricts a recording; a new ground takes the place of the old one, and its notice no longer counts. */
export async function putRestriction(
  tx: Tx,
  row: Omit<RestrictionRow, 'liftNoticeAt'>,
): Promise<{ restriction: RestrictionRow; isNew: boolean }> {
  const { recordingId, ground, placedBy, placedAt } = row
  const { rows } = await sql<RestrictionRow & { isNew: boolean }>`
    insert into restriction (recording_id, ground, placed_by, placed_at)
    values (${recordingId}, ${ground}, ${placedBy}, ${placedAt})
    on conflict (recording_id) do update set ground = excluded.ground, placed_by = excluded.placed_by,
      placed_at = excluded.placed_at, lift_notice_at = null
    returning ${COLUMNS}, xmax = 0 as "isNew"`.execute(tx)
  await sql`update recording set restricted = true, objects_changed_at = ${placedAt}
    where id = ${recordingId}`.execute(tx)
  const [put] = rows
  if (!put) throw new TypeError('an upsert returns its row')
  const { isNew, ...restriction } = put
  return { restriction, isNew }
}

/** Restricts those that are not restricted; returns them. */
export async function addRestrictions(
  tx: Tx,
  recordingIds: readonly string[],
  { ground, placedBy, placedAt }: Pick<RestrictionRow, 'ground' | 'placedBy' | 'placedAt'>,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    insert into restriction (recording_id, ground, placed_by, placed_at)
    select id, ${ground}::text, ${placedBy}::text, ${placedAt}::timestamptz
    from unnest(${recordingIds}::uuid[]) as one (id)
    on conflict do nothing returning recording_id as id`.execute(tx)
  const ids = rows.map(({ id }) => id)
  await sql`update recording set restricted = true, objects_changed_at = ${placedAt}
    where id = any(${ids}::uuid[])`.execute(tx)
  return ids
}

/** Notes the notice; the first one counts. Returns the restrictions that there are. */
export async function noteLiftNotices(
  tx: Tx,
  recordingIds: readonly string[],
  at: Date,
): Promise<RestrictionRow[]> {
  const { rows } = await sql<RestrictionRow>`
    update restriction set lift_notice_at = coalesce(lift_notice_at, ${at}::timestamptz)
    where recording_id = any(${recordingIds}::uuid[]) returning ${COLUMNS}`.execute(tx)
  return rows
}

export async function findRestriction(tx: Tx, recordingId: string): Promise<RestrictionRow | undefined> {
  const { rows } = await sql<RestrictionRow>`select ${COLUMNS} from restriction
    where recording_id = ${recordingId}`.execute(tx)
  return rows[0]
}

export async function removeRestriction(tx: Tx, recordingId: string, now: Date): Promise<void> {
  await sql`delete from restriction where recording_id = ${recordingId}`.execute(tx)
  await sql`update recording set restricted = false, ${unprotected(now)} where id = ${recordingId}`.execute(
    tx,
  )
}

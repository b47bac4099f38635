import { type Insertable, type Selectable, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { BreakGlassOutcome, BreakGlassTable } from '../db/oversight-schema.ts'

export type BreakGlassRow = Selectable<BreakGlassTable>

export const insertBreakGlass = async (tx: Tx, row: Insertable<BreakGlassTable>): Promise<void> =>
  void (await tx.insertInto('break_glass').values(row).execute())

/** Takes the turn of one person until the end of the transaction. */
export async function lockPerson(tx: Tx, actorSub: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('break-glass ' || ${actorSub}, 0))`.execute(tx)
}

/** Whether an earlier access of the same person to the same recording was not reviewed yet. */
export async function awaitsReview(tx: Tx, actorSub: string, recordingId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('break_glass')
    .select('id')
    .where('actor_sub', '=', actorSub)
    .where('recording_id', '=', recordingId)
    .where('reviewed_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

export const lockBreakGlass = (
  tx: Tx,
  id: string,
  entities: readonly string[],
): Promise<BreakGlassRow | undefined> =>
  tx
    .selectFrom('break_glass')
    .selectAll()
    .where('id', '=', id)
    .where('entity', 'in', [...entities, ''])
    .forUpdate()
    .executeTakeFirst()

export interface Review {
  readonly id: string
  readonly by: string
  readonly at: Date
  readonly outcome: BreakGlassOutcome
  readonly note: string
}

/** Access that was not justified ends with its review, if it still lasts. */
export const markReviewed = (
  tx: Tx,
  { id, by, at, outcome, note }: Review,
): Promise<BreakGlassRow | undefined> =>
  tx
    .updateTable('break_glass')
    .set({ reviewed_at: at, reviewed_by: by, outcome, review_note: note })
    .$if(outcome === 'unjustified', (query) =>
      query.set({ ends_at: sql<Date>`least(ends_at, ${at}::timestamptz)` }),
    )
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()

export interface BreakGlassFilter {
  /** Those of these entities. */
  readonly entities: readonly string[]
  /** Only those of one person; undefined: of everybody. */
  readonly actorSub: string | undefined
  /** Only those that still await their review, or only the others. */
  readonly open: boolean | undefined
  readonly after: { readonly at: Date; readonly id: string } | undefined
  readonly limit: number
}

/** Newest first. */
export async function listBreakGlass(
  connection: Connection,
  { entities, actorSub, open, after, limit }: BreakGlassFilter,
): Promise<BreakGlassRow[]> {
  const { rows } = await sql<BreakGlassRow>`
    select * from break_glass where entity = any(${entities}::text[])
      ${actorSub === undefined ? sql`` : sql`and actor_sub = ${actorSub}`}
      ${open === undefined ? sql`` : sql`and (reviewed_at is null) = ${open}`}
      ${after ? sql`and (opened_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by opened_at desc, id desc limit ${limit}`.execute(connection)
  return rows
}

/** Those past their day of review, over all entities, the oldest first. */
export const overdueReviews = (
  connection: Connection,
  now: Date,
): Promise<Pick<BreakGlassRow, 'id' | 'entity'>[]> =>
  connection
    .selectFrom('break_glass')
    .select(['id', 'entity'])
    .where('reviewed_at', 'is', null)
    .where('review_due_at', '<=', now)
    .orderBy('review_due_at')
    .limit(1000)
    .execute()

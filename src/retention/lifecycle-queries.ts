import { sql } from 'kysely'
import type { Connection, Database } from '../db/database.ts'
import { entitiesWith } from '../db/loose-scan.ts'
import type { LifecycleOutcome } from '../storage/lifecycle.ts'
import { isLiveAndFree } from './sweep-queries.ts'

const KEPT = 'lifecycle_kept'

/** Last days of recordings that were due by a moment, may be destroyed, and have not been. */
export async function lastDaysNotEnded(connection: Connection, dueBy: Date): Promise<string[]> {
  const { rows } = await sql<{ day: string }>`
    select keep_until as day
    from (${entitiesWith(isLiveAndFree)}) entity
    cross join lateral (
      select distinct keep_until from recording
      where entity = entity.name and ${isLiveAndFree} and due_at <= ${dueBy} and keep_until is not null
    ) live
    union
    select keep_until from recording
    where status = 'quarantined' and is_free and due_at <= ${dueBy} and keep_until is not null
    order by day`.execute(connection)
  return rows.map(({ day }) => day)
}

/** Remembered in the database, because any instance may do the work and every one is asked. */
export async function rememberLifecycle(db: Database, at: Date, outcome: LifecycleOutcome): Promise<void> {
  const value = `${at.toISOString()} ${outcome}`
  await db
    .insertInto('fact')
    .values({ name: KEPT, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** When the bucket's rules were last known to be in step; undefined before the first time. */
export async function lastKeptLifecycle(db: Database): Promise<{ at: Date; outcome: string } | undefined> {
  const row = await db.selectFrom('fact').select('value').where('name', '=', KEPT).executeTakeFirst()
  const [at = '', outcome = ''] = row?.value.split(' ') ?? []
  return row && { at: new Date(at), outcome }
}

import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import { entitiesWith } from '../db/loose-scan.ts'
import { isLiveAndFree } from './sweep-queries.ts'

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

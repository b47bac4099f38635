import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import { entitiesWith } from '../db/loose-scan.ts'
import { isLiveAndFree } from './sweep-queries.ts'

/** One kind of background work, as the queue knows it; what is done is forgotten after an hour. */
export interface JobState {
  readonly name: string
  readonly waiting: number
  readonly running: number
  readonly lastDoneAt: Date | null
  readonly lastFailedAt: Date | null
}

/** By name. None before the queue was ever started. */
export async function readJobs(connection: Connection): Promise<JobState[]> {
  const { rows: found } = await sql<{ there: boolean }>`
    select to_regclass('pgboss.job') is not null as there`.execute(connection)
  if (!found[0]?.there) return []
  const { rows } = await sql<JobState>`
    select name, count(*) filter (where state in ('created', 'retry'))::integer as waiting,
      count(*) filter (where state = 'active')::integer as running,
      max(completed_on) filter (where state = 'completed') as "lastDoneAt",
      max(completed_on) filter (where state = 'failed') as "lastFailedAt"
    from pgboss.job where name not like '\\_\\_pgboss%' group by name order by name`.execute(connection)
  return rows
}

/** Since when something is due that no sweep has taken out of use; one look at an index for each entity. */
export async function dueSince(connection: Connection, now: Date): Promise<Date | null> {
  const { rows } = await sql<{ since: Date | null }>`
    select min(first.due_at) as since from (${entitiesWith(isLiveAndFree)}) entity
    cross join lateral (
      select due_at from recording where entity = entity.name and ${isLiveAndFree} and due_at <= ${now}
      order by due_at limit 1
    ) first`.execute(connection)
  return rows[0]?.since ?? null
}

/** Recordings whose tags and holds the store has still to confirm, and since when the first of them. */
export async function storeBehind(
  connection: Connection,
): Promise<{ readonly count: number; readonly since: Date | null }> {
  const { rows } = await sql<{ count: number; since: Date | null }>`
    select count(*)::integer as count, min(objects_changed_at) as since
    from recording where objects_changed_at is not null`.execute(connection)
  return rows[0] ?? { count: 0, since: null }
}

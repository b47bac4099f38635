import { sql } from 'kysely'
import type { Connection, Database } from '../db/database.ts'

/** One version of an object, by which it is told from a later one of the same name. */
export interface SeenVersion {
  readonly key: string
  readonly versionId: string
}

/** Notes that these versions were seen without a row; the first time is kept. */
export async function noteSighting(db: Database, versions: readonly SeenVersion[], now: Date): Promise<void> {
  const keys = versions.map(({ key }) => key)
  const ids = versions.map(({ versionId }) => versionId)
  await sql`
    insert into orphan_sighting (object_key, version_id, first_seen_at, last_seen_at)
    select key, version_id, ${now}, ${now} from unnest(${keys}::text[], ${ids}::text[]) seen (key, version_id)
    on conflict (object_key, version_id) do update set last_seen_at = excluded.last_seen_at`.execute(db)
}

/** Whether every one of these versions had been seen without a row by a moment. */
export async function wereSeenBy(
  connection: Connection,
  versions: readonly SeenVersion[],
  moment: Date,
): Promise<boolean> {
  const keys = versions.map(({ key }) => key)
  const ids = versions.map(({ versionId }) => versionId)
  const { rows } = await sql<{ all: boolean }>`
    select bool_and(coalesce(sighting.first_seen_at <= ${moment}, false)) as all
    from unnest(${keys}::text[], ${ids}::text[]) asked (key, version_id)
    left join orphan_sighting sighting on sighting.object_key = asked.key and sighting.version_id = asked.version_id
  `.execute(connection)
  return rows[0]?.all === true
}

/** Forgets what a complete run did not see any more: should it come back, it counts from anew. */
export async function forgetUnseen(db: Database, since: Date): Promise<void> {
  await db.deleteFrom('orphan_sighting').where('last_seen_at', '<', since).execute()
}

import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import type { RenditionName } from '../storage/keys.ts'

/**
 * Makes renditions unheard-of from the commit on; a delivery that runs is cut at its next check. Their objects
 * go with the `tidy` work of the recording. Returns the recordings that had one of them.
 */
export async function dropRenditions(
  tx: Tx,
  recordingIds: readonly string[],
  names: readonly Exclude<RenditionName, 'original'>[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with dropped as (
      delete from rendition where recording_id = any(${recordingIds}::uuid[]) and name = any(${names}::text[])
      returning recording_id)
    select distinct recording_id as id from dropped order by 1`.execute(tx)
  return rows.map(({ id }) => id)
}

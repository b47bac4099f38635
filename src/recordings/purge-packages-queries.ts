import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'

/**
 * Ends the packages that a destroyed recording is in: their key goes, and with it everything that their documents
 * say of it. What is still being built goes on without it; its audio was never anywhere but with the recording.
 */
export async function endPackages(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  const holding = sql`(select package_id from package_recording where recording_id = any(${ids}::uuid[]))`
  const { rows } = await sql<{ id: string }>`update package set state = 'ended', ended_at = ${now},
      ended_because = 'recording_destroyed', kek_id = null, wrapped = null
    where id in ${holding} and state = 'ready' returning id`.execute(tx)
  const ended = rows.map(({ id }) => id)
  if (ended.length > 0) {
    await sql`delete from package_file where package_id = any(${ended}::uuid[])`.execute(tx)
    await sql`delete from package_recording where package_id = any(${ended}::uuid[])`.execute(tx)
  }
  await sql`update package set recordings_total = recordings_total - 1,
      recordings_done = recordings_done - (select count(*) from package_recording gone
        where gone.package_id = package.id and gone.state <> 'waiting' and gone.recording_id = any(${ids}::uuid[]))
    where id in ${holding} and state = 'building'`.execute(tx)
}

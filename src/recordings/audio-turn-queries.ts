import { sql } from 'kysely'
import type { Database, Tx } from '../db/database.ts'

/** First key of the advisory locks of recordings whose renditions are being stored; the second is their id. */
const AUDIO_CLASS = 0x4c46

/**
 * Runs work while nobody else stores or removes renditions of this recording, and while its destruction waits
 * (see `awaitAudioTurns`). What the work reads inside of the recording's status therefore stays true of a
 * destruction until the work ends. It locks no row: holds and events go on meanwhile. `busy` when somebody
 * else has the turn.
 */
export async function withAudioTurn<T>(
  db: Database,
  recordingId: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T | 'busy'> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ ours: boolean }>`
      select pg_try_advisory_xact_lock(${AUDIO_CLASS}, hashtext(${recordingId})) as ours`.execute(tx)
    return rows[0]?.ours === true ? work(tx) : 'busy'
  })
}

/**
 * Waits until everybody who stores something of these recordings has finished. Called after their claim for
 * destruction is committed: whoever takes a turn from then on sees that and stores nothing, so that what a
 * listing shows to be gone stays gone.
 */
export async function awaitAudioTurns(db: Database, recordingIds: readonly string[]): Promise<void> {
  // One statement, whose locks end with it; in one order, so that two destroyers cannot wait for each other.
  await sql`select pg_advisory_xact_lock(${AUDIO_CLASS}, turn) from (
    select distinct hashtext(id) as turn from unnest(${recordingIds}::text[]) as one (id) order by 1) turns`.execute(
    db,
  )
}

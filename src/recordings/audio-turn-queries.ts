import { sql } from 'kysely'
import type { Database, Tx } from '../db/database.ts'

/** First key of the advisory locks of recordings whose renditions are being stored; the second is their id. */
const AUDIO_CLASS = 0x4c46

/**
 * Runs work while nobody else stores or removes renditions of this recording, and while its destruction waits
 * (see `audioTurnsTaken`). What the work reads inside of the recording's status therefore stays true of a
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
 * Those of the recordings of which somebody is storing something right now. Asked after their claim for
 * destruction is committed: whoever takes a turn from then on sees that and stores nothing, so that once a
 * recording is not named here, what a listing shows to be gone stays gone.
 */
export async function audioTurnsTaken(db: Database, recordingIds: readonly string[]): Promise<string[]> {
  // One statement, whose locks end with it. Trying takes a turn from somebody only for that moment.
  const { rows } = await sql<{ id: string }>`select id from unnest(${recordingIds}::text[]) as one (id)
    where not pg_try_advisory_xact_lock(${AUDIO_CLASS}, hashtext(id))`.execute(db)
  return rows.map(({ id }) => id)
}

import type { Insertable } from 'kysely'
import type { Connection } from '../db/database.ts'
import type { PlaybackTable } from '../db/schema.ts'

export async function insertPlayback(
  connection: Connection,
  playback: Insertable<PlaybackTable>,
): Promise<void> {
  await connection.insertInto('playback').values(playback).execute()
}

/** Removes playbacks that no longer open anything; the audit keeps what was heard. */
export async function deleteExpiredPlaybacks(connection: Connection, now: Date): Promise<number> {
  const { numDeletedRows } = await connection
    .deleteFrom('playback')
    .where('expires_at', '<', now)
    .executeTakeFirst()
  return Number(numDeletedRows)
}

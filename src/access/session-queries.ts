import type { Connection } from '../db/database.ts'
import type { Actor } from './actor.ts'

export interface SessionRow {
  readonly id_hash: Buffer
  readonly actor: Actor
  readonly csrf_token: string
  readonly created_at: Date
  readonly seen_at: Date
  readonly expires_at: Date
  readonly authenticated_at: Date | null
}

export async function insertSession(connection: Connection, row: SessionRow): Promise<void> {
  await connection
    .insertInto('web_session')
    .values({ ...row, actor: JSON.stringify(row.actor) })
    .execute()
}

export async function findSession(connection: Connection, idHash: Buffer): Promise<SessionRow | undefined> {
  const row = await connection
    .selectFrom('web_session')
    .selectAll()
    .where('id_hash', '=', idHash)
    .executeTakeFirst()
  // Only insertSession writes this column, always from an Actor; JSON has no dates.
  return row && { ...row, actor: { ...(row.actor as Actor), authenticatedAt: row.authenticated_at } }
}

export async function touchSession(connection: Connection, idHash: Buffer, at: Date): Promise<void> {
  await connection
    .updateTable('web_session')
    .set({ seen_at: at })
    .where('id_hash', '=', idHash)
    .where('seen_at', '<', at)
    .execute()
}

/** Whether there was a session to delete. */
export async function deleteSession(connection: Connection, idHash: Buffer): Promise<boolean> {
  const { numDeletedRows } = await connection
    .deleteFrom('web_session')
    .where('id_hash', '=', idHash)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

export async function deleteSessionsBefore(
  connection: Connection,
  before: { expiry: Date; seen: Date },
): Promise<number> {
  const { numDeletedRows } = await connection
    .deleteFrom('web_session')
    .where((row) => row.or([row('expires_at', '<=', before.expiry), row('seen_at', '<=', before.seen)]))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

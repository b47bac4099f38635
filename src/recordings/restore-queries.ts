import type { Connection } from '../db/database.ts'

const RESTORED_AT = 'restored_at'

/** When it was found out that this database is older than what was destroyed; undefined: nothing to accept. */
export async function restoredAt(connection: Connection): Promise<Date | undefined> {
  const row = await connection
    .selectFrom('fact')
    .select('value')
    .where('name', '=', RESTORED_AT)
    .executeTakeFirst()
  return row && new Date(row.value)
}

export async function noteRestore(connection: Connection, at: Date): Promise<void> {
  const value = at.toISOString()
  await connection
    .insertInto('fact')
    .values({ name: RESTORED_AT, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

export async function forgetRestore(connection: Connection): Promise<void> {
  await connection.deleteFrom('fact').where('name', '=', RESTORED_AT).execute()
}

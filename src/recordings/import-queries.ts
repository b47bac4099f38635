import type { Connection } from '../db/database.ts'

/** Whether there is, or was, a confirmed recording of this id; a destroyed one leaves its row behind. */
export async function wasConfirmed(connection: Connection, id: string): Promise<boolean> {
  const row = await connection
    .selectFrom('recording')
    .select('id')
    .where('id', '=', id)
    .where('status', '!=', 'receiving')
    .executeTakeFirst()
  return row !== undefined
}

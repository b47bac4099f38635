import { sql } from 'kysely'
import type { Connection, Database } from '../db/database.ts'

const LAST_SWEEP = 'last_sweep_at'

/** The clock that every instance of the service shares. */
export async function databaseNow(connection: Connection): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(connection)
  const now = rows[0]?.now
  if (!now) throw new TypeError('the database has no clock')
  return now
}

export async function lastSweepAt(connection: Connection): Promise<Date | undefined> {
  const row = await connection
    .selectFrom('fact')
    .select('value')
    .where('name', '=', LAST_SWEEP)
    .executeTakeFirst()
  return row && new Date(row.value)
}

export async function rememberSweep(db: Database, at: Date): Promise<void> {
  const value = at.toISOString()
  await db
    .insertInto('fact')
    .values({ name: LAST_SWEEP, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** For a clock that was ahead and has been set right: the next sweep is compared with nothing. */
export async function forgetSweep(connection: Connection): Promise<void> {
  await connection.deleteFrom('fact').where('name', '=', LAST_SWEEP).execute()
}

import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import { workerIsGone } from '../db/instance.ts'
import type { Claim } from './purge-queries.ts'

/** Of these, the recordings that are here and not destroyed. */
export async function livingAmong(connection: Connection, ids: readonly string[]): Promise<string[]> {
  const rows = await connection
    .selectFrom('recording')
    .select('id')
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('status', '<>', 'destroyed')
    .execute()
  return rows.map(({ id }) => id)
}

/** Of these, the recordings that are here and must not be destroyed. */
export async function heldAmong(connection: Connection, ids: readonly string[]): Promise<string[]> {
  const rows = await connection
    .selectFrom('recording')
    .select('id')
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('status', 'not in', ['destroying', 'destroyed'])
    .where('is_free', '=', false)
    .execute()
  return rows.map(({ id }) => id)
}

/** Claims recordings that were destroyed once already, whatever their dates say; held ones are left out. */
export async function claimAgain(tx: Tx, ids: readonly string[], instance: number): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    update recording
    set status = 'destroying', worker = ${instance}, fence = nextval('recording_fence'), retry_at = null
    where id in (select id from recording
      where id = any(${ids}::uuid[]) and status <> 'destroyed' and is_free
        and (status <> 'destroying' or ${workerIsGone('worker')})
      for update skip locked)
    returning id, fence`.execute(tx)
  return rows
}

/** Takes recordings out of every use by staff, and leaves them for a person to decide. */
export async function setAside(tx: Tx, ids: readonly string[], now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update recording set status = 'quarantined', quarantined_at = ${now}
    where id = any(${ids}::uuid[]) and status not in ('quarantined', 'destroying', 'destroyed')
    returning id`.execute(tx)
  return rows.map(({ id }) => id)
}

const REPLAYED_TO = 'replayed_to'

/** Until when this database has what the lists of destructions say; undefined: not known of any time. */
export async function replayedTo(connection: Connection): Promise<Date | undefined> {
  const row = await connection
    .selectFrom('fact')
    .select('value')
    .where('name', '=', REPLAYED_TO)
    .executeTakeFirst()
  return row && new Date(row.value)
}

/** Set by every destruction too, in its own transaction: a start then looks at little more than a day. */
export async function setReplayedTo(connection: Connection, moment: Date): Promise<void> {
  const value = moment.toISOString()
  await connection
    .insertInto('fact')
    .values({ name: REPLAYED_TO, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

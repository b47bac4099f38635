import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { WithheldAccessTable } from '../db/account-schema.ts'
import type { Connection, Tx } from '../db/database.ts'
import type { Place } from './page.ts'

export type WithheldRow = Selectable<WithheldAccessTable>

export const insertWithheld = async (tx: Tx, row: Insertable<WithheldAccessTable>): Promise<void> =>
  void (await tx.insertInto('withheld_access').values(row).execute())

export const lockWithheld = (
  tx: Tx,
  id: string,
  entities: readonly string[],
): Promise<WithheldRow | undefined> =>
  tx
    .selectFrom('withheld_access')
    .selectAll()
    .where('id', '=', id)
    .where('entity', 'in', [...entities, ''])
    .forUpdate()
    .executeTakeFirst()

export const updateWithheld = (
  tx: Tx,
  id: string,
  set: Updateable<WithheldAccessTable>,
): Promise<WithheldRow> =>
  tx.updateTable('withheld_access').set(set).where('id', '=', id).returningAll().executeTakeFirstOrThrow()

/** Newest first. */
export async function listWithheld(
  connection: Connection,
  entities: readonly string[],
  { after, limit }: { readonly after: Place | undefined; readonly limit: number },
): Promise<WithheldRow[]> {
  const { rows } = await sql<WithheldRow>`
    select * from withheld_access where entity = any(${entities}::text[])
      ${after ? sql`and (asked_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by asked_at desc, id desc limit ${limit}`.execute(connection)
  return rows
}

/** Those that still withhold and were not looked at in time, over all entities. */
export async function overdueWithheld(
  connection: Connection,
  today: string,
): Promise<Pick<WithheldRow, 'id' | 'entity' | 'review_by'>[]> {
  return connection
    .selectFrom('withheld_access')
    .select(['id', 'entity', 'review_by'])
    .where('approved_at', 'is not', null)
    .where('lifted_at', 'is', null)
    .where('review_by', '<', today)
    .where('withheld_until', '>=', today)
    .orderBy('review_by')
    .limit(1000)
    .execute()
}

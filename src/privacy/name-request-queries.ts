import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { NameRequestTable } from '../db/account-schema.ts'
import type { Connection, Tx } from '../db/database.ts'
import type { Place } from './page.ts'

export type NameRequestRow = Selectable<NameRequestTable>

/** Undefined when this line was asked about before. */
export const insertNameRequest = (
  tx: Tx,
  row: Insertable<NameRequestTable>,
): Promise<NameRequestRow | undefined> =>
  tx
    .insertInto('name_request')
    .values(row)
    .onConflict((conflict) => conflict.column('access_id').doNothing())
    .returningAll()
    .executeTakeFirst()

export const lockNameRequest = (
  tx: Tx,
  id: string,
  entities: readonly string[],
): Promise<NameRequestRow | undefined> =>
  tx
    .selectFrom('name_request')
    .selectAll()
    .where('id', '=', id)
    .where('entity', 'in', [...entities, ''])
    .forUpdate()
    .executeTakeFirst()

export const updateNameRequest = (
  tx: Tx,
  id: string,
  set: Updateable<NameRequestTable>,
): Promise<NameRequestRow> =>
  tx.updateTable('name_request').set(set).where('id', '=', id).returningAll().executeTakeFirstOrThrow()

/** Newest first. */
export async function listNameRequests(
  connection: Connection,
  entities: readonly string[],
  { after, limit }: { readonly after: Place | undefined; readonly limit: number },
): Promise<NameRequestRow[]> {
  const { rows } = await sql<NameRequestRow>`
    select * from name_request where entity = any(${entities}::text[])
      ${after ? sql`and (asked_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by asked_at desc, id desc limit ${limit}`.execute(connection)
  return rows
}

import { type Selectable, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { SupplierTable } from '../db/disclosure-schema.ts'

export type SupplierRow = Selectable<SupplierTable>

export async function insertSupplier(tx: Tx, row: SupplierRow): Promise<void> {
  await tx.insertInto('supplier').values(row).execute()
}

export async function updateSupplier(tx: Tx, { id, ...row }: SupplierRow): Promise<void> {
  await tx.updateTable('supplier').set(row).where('id', '=', id).execute()
}

export async function findSupplier(
  connection: Connection,
  id: string,
  entities: readonly string[],
): Promise<SupplierRow | undefined> {
  return connection
    .selectFrom('supplier')
    .selectAll()
    .where('id', '=', id)
    .where(sql<boolean>`entities && ${entities}::text[]`)
    .executeTakeFirst()
}

/** There are few of them, and people look through all. */
export async function listSuppliers(
  connection: Connection,
  entities: readonly string[],
): Promise<SupplierRow[]> {
  return connection
    .selectFrom('supplier')
    .selectAll()
    .where(sql<boolean>`entities && ${entities}::text[]`)
    .orderBy('legal_name')
    .orderBy('id')
    .execute()
}

/** Whose people log in under a name of their own; whatever the entity. */
export async function prefixesOf(
  connection: Connection,
): Promise<{ prefix: string; validFrom: string; validUntil: string }[]> {
  const { rows } = await sql<{ prefix: string; validFrom: string; validUntil: string }>`
    select sub_prefix as prefix, valid_from as "validFrom", valid_until as "validUntil"
    from supplier where sub_prefix is not null`.execute(connection)
  return rows
}

/** Whether another supplier's people would be taken for this one's, or the other way round. */
export async function hasLikePrefix(tx: Tx, id: string, prefix: string): Promise<boolean> {
  const { rows } = await sql`select from supplier where id <> ${id} and sub_prefix is not null
    and (starts_with(sub_prefix, ${prefix}) or starts_with(${prefix}, sub_prefix)) limit 1`.execute(tx)
  return rows.length > 0
}

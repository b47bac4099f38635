import { type Selectable, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { AnomalyKind, StaffAnomalyTable } from '../db/oversight-schema.ts'

export type StaffAnomalyRow = Selectable<StaffAnomalyTable>

export interface AnomalyFilter {
  readonly entities: readonly string[]
  readonly open: boolean | undefined
  readonly after: { readonly at: Date; readonly id: string } | undefined
  readonly limit: number
}

/** Newest first. */
export async function listAnomalies(
  connection: Connection,
  { entities, open, after, limit }: AnomalyFilter,
): Promise<StaffAnomalyRow[]> {
  const { rows } = await sql<StaffAnomalyRow>`
    select * from staff_anomaly where entities && ${entities}::text[]
      ${open === undefined ? sql`` : sql`and (acknowledged_at is null) = ${open}`}
      ${after ? sql`and (found_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by found_at desc, id desc limit ${limit}`.execute(connection)
  return rows
}

export async function lockAnomaly(
  tx: Tx,
  id: string,
  entities: readonly string[],
): Promise<StaffAnomalyRow | undefined> {
  const { rows } = await sql<StaffAnomalyRow>`
    select * from staff_anomaly where id = ${id} and entities && ${entities}::text[] for update`.execute(tx)
  return rows[0]
}

export const markAcknowledged = (
  tx: Tx,
  { id, by, at, note }: { id: string; by: string; at: Date; note: string },
): Promise<StaffAnomalyRow | undefined> =>
  tx
    .updateTable('staff_anomaly')
    .set({ acknowledged_at: at, acknowledged_by: by, acknowledgement: note })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()

/** How many await an officer, by kind, over all entities. */
export async function countOpenAnomalies(connection: Connection): Promise<Map<AnomalyKind, number>> {
  const { rows } = await sql<{ kind: AnomalyKind; count: number }>`
    select kind, count(*)::integer as count from staff_anomaly
    where acknowledged_at is null group by kind`.execute(connection)
  return new Map(rows.map(({ kind, count }) => [kind, count]))
}

import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { CellCount } from './anonymous-cells.ts'

/** Adds to the counts; in one order, so that two transactions never wait for each other. */
export async function addCounts(tx: Tx, counts: readonly CellCount[]): Promise<void> {
  if (counts.length === 0) return
  const sorted = counts.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  await tx
    .insertInto('anonymous_count')
    .values(sorted)
    .onConflict((conflict) =>
      conflict.columns(['month', 'entity', 'product', 'purposes', 'duration']).doUpdateSet({
        calls: sql<number>`anonymous_count.calls + excluded.calls`,
        members: sql<number>`anonymous_count.members + excluded.members`,
      }),
    )
    .execute()
}

/** Cells with enough members in them that none can be singled out, newest month first. */
export const publishedCounts = (connection: Connection, entities: readonly string[], atLeast: number) =>
  connection
    .selectFrom('anonymous_count')
    .select(['month', 'entity', 'product', 'purposes', 'duration', 'calls', 'members'])
    .where('entity', '=', sql<string>`any(${entities}::text[])`)
    .where('members', '>=', atLeast)
    .orderBy('month', 'desc')
    .orderBy('entity')
    .orderBy('product')
    .orderBy('purposes')
    .orderBy('duration')
    .execute()

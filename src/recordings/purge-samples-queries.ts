import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'

/**
 * Takes destroyed recordings out of the samples they were drawn for: what coaches wrote about them goes, and so
 * does the link. That a call of the agent was drawn stays, because the limits count it. Items first: whoever is
 * writing about one has locked it, and what they wrote is found afterwards.
 */
export async function forgetSamples(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  const { rows } = await sql<{ sample: string; n: number }>`update training_item
    set recording_id = null, reviewed_at = null, released_at = null, released_by = null,
      withdrawn_at = coalesce(withdrawn_at, ${now}), withdrawn_reason = coalesce(withdrawn_reason, 'gone')
    where recording_id = any(${ids}::uuid[]) returning sample_id as sample, n`.execute(tx)
  if (rows.length === 0) return
  const items = sql`(select * from unnest(${rows.map(({ sample }) => sample)}::uuid[],
    ${rows.map(({ n }) => n)}::int[]))`
  await sql`delete from training_note where (sample_id, n) in ${items}`.execute(tx)
  await sql`delete from training_score where (sample_id, n) in ${items}`.execute(tx)
}

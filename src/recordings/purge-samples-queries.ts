import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'

/**
 * Takes destroyed recordings out of the samples they were drawn for: what coaches wrote about them goes, and so
 * does the link. That a call of the agent was drawn stays, because the limits count it.
 */
export async function forgetSamples(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  const items = sql`(select sample_id, n from training_item where recording_id = any(${ids}::uuid[]))`
  await sql`delete from training_note where (sample_id, n) in ${items}`.execute(tx)
  await sql`delete from training_score where (sample_id, n) in ${items}`.execute(tx)
  await sql`update training_item set recording_id = null, reviewed_at = null, released_at = null, released_by = null,
      withdrawn_at = coalesce(withdrawn_at, ${now}), withdrawn_reason = coalesce(withdrawn_reason, 'gone')
    where recording_id = any(${ids}::uuid[])`.execute(tx)
}

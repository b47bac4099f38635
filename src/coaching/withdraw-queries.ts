import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { CalendarDay } from '../kernel/calendar.ts'
import { type Obstacle, obstacle } from './pool-queries.ts'

export interface LostItem {
  readonly sampleId: string
  readonly n: number
  readonly recordingId: string | null
  readonly reason: Obstacle
}

const lost = (today: CalendarDay) => sql<LostItem>`
  select i.sample_id as "sampleId", i.n, i.recording_id as "recordingId", ${obstacle(today)} as reason
  from training_item i
  left join recording r on r.id = i.recording_id
  left join purpose_tag t on t.recording_id = r.id and t.purpose = 'training_coaching'
  where i.withdrawn_at is null and ${obstacle(today)} is not null`

/** Items whose call may not be used any more. Cost is that of the items that are not withdrawn. */
export async function findLost(
  connection: Connection,
  today: CalendarDay,
  limit: number,
): Promise<LostItem[]> {
  const { rows } = await sql<LostItem>`${lost(today)} order by i.sample_id, i.n limit ${limit}`.execute(
    connection,
  )
  return rows
}

/** Locks an item that is still to be withdrawn; undefined when somebody has it, or it need not be. */
export async function lockLost(
  tx: Tx,
  { sampleId, n }: Pick<LostItem, 'sampleId' | 'n'>,
  today: CalendarDay,
): Promise<LostItem | undefined> {
  const { rows } = await sql<LostItem>`${lost(today)} and i.sample_id = ${sampleId} and i.n = ${n}
    for update of i skip locked`.execute(tx)
  return rows[0]
}

/** Withdraws an item: what was written about the call goes, why it went stays. */
export async function markWithdrawn(tx: Tx, { sampleId, n, reason }: LostItem, at: Date): Promise<void> {
  await tx.deleteFrom('training_note').where('sample_id', '=', sampleId).where('n', '=', n).execute()
  await tx.deleteFrom('training_score').where('sample_id', '=', sampleId).where('n', '=', n).execute()
  await tx
    .updateTable('training_item')
    .set({
      withdrawn_at: at,
      withdrawn_reason: reason,
      reviewed_at: null,
      released_at: null,
      released_by: null,
    })
    .where('sample_id', '=', sampleId)
    .where('n', '=', n)
    .execute()
}

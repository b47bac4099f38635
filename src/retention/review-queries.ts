import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'

/** A recording in quarantine whose rule lets people look before it is destroyed. */
export interface ReviewRow {
  readonly id: string
  readonly entity: string
  readonly product: string | null
  readonly quarantinedAt: Date
  /** Of the purpose that kept it longest. */
  readonly ruleId: string
  readonly ruleVersion: number
  /** Who confirmed its end since it came into quarantine. */
  readonly confirmedBy: readonly string[]
}

/** Held, restricted and requested recordings are not in review: nothing of them is about to be destroyed. */
const inReview = sql`
  select recording.id, recording.entity, recording.product, quarantined_at as "quarantinedAt",
    tag.rule_id as "ruleId", tag.rule_version as "ruleVersion",
    array(select decided_by from destruction_review
      where recording_id = recording.id and decided_at >= quarantined_at) as "confirmedBy"
  from recording
  cross join lateral (
    select rule_id, rule_version from purpose_tag
    where recording_id = recording.id and review and retain_until = recording.keep_until
      and state not in ('withdrawn', 'objected')
    order by purpose limit 1
  ) tag
  where recording.status = 'quarantined' and recording.is_free`

export interface ReviewPage {
  readonly entities: readonly string[]
  readonly after: { readonly quarantinedAt: Date; readonly id: string } | undefined
  readonly limit: number
}

/** Those that will be destroyed first come first. */
export async function listReviewRows(
  connection: Connection,
  { entities, after, limit }: ReviewPage,
): Promise<ReviewRow[]> {
  const position = after
    ? sql`and (quarantined_at, recording.id) > (${after.quarantinedAt}, ${after.id}::uuid)`
    : sql``
  const { rows } = await sql<ReviewRow>`
    ${inReview} and recording.entity = any(${entities}) ${position}
    order by quarantined_at, recording.id limit ${limit}`.execute(connection)
  return rows
}

/** Locked, so that neither a hold nor the sweep steps between looking and confirming. */
export async function lockReview(tx: Tx, id: string): Promise<ReviewRow | undefined> {
  const { rows } = await sql<ReviewRow>`
    ${inReview} and recording.id = ${id} for update of recording`.execute(tx)
  return rows[0]
}

/** A confirmation from before a hold was released no longer counts, and gives way to the new one. */
export async function writeReview(tx: Tx, recordingId: string, by: string, at: Date): Promise<void> {
  await tx
    .insertInto('destruction_review')
    .values({ recording_id: recordingId, decided_by: by, decided_at: at })
    .onConflict((conflict) =>
      conflict.columns(['recording_id', 'decided_by']).doUpdateSet({ decided_at: at }),
    )
    .execute()
}

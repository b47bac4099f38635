import { sql } from 'kysely'
import type { TagFacts } from '../access/policy.ts'
import type { Connection, Tx } from '../db/database.ts'
import type { RecordingStatus } from '../db/schema.ts'

/** What decides whether a recording has a masked rendition. */
export interface TrainingFacts {
  readonly id: string
  readonly status: RecordingStatus
  readonly isFree: boolean
  readonly restricted: boolean
  readonly sensitivity: readonly string[]
  readonly tags: readonly TagFacts[]
  readonly hasMasked: boolean
  /** Its audio has been decoded, so that a masked rendition can be made. */
  readonly isDecoded: boolean
}

/** Recordings to be looked at now, longest waiting first; cost is that of what is due. */
export async function listToReview(connection: Connection, now: Date, limit: number): Promise<string[]> {
  const rows = await connection
    .selectFrom('training_review')
    .select('recording_id')
    .where('look_at', '<=', now)
    .orderBy('look_at')
    .orderBy('recording_id')
    .limit(limit)
    .execute()
  return rows.map(({ recording_id }) => recording_id)
}

/**
 * Locks those of the recordings that are still to be looked at, and reads what decides. Recording first, as
 * everybody does who changes a purpose, then its review; what somebody else has locked comes another time.
 */
export async function lockReviewed(tx: Tx, ids: readonly string[], now: Date): Promise<TrainingFacts[]> {
  const { rows: free } = await sql<{ id: string }>`select id from recording where id = any(${ids}::uuid[])
    order by id for update skip locked`.execute(tx)
  const { rows: ours } = await sql<{ id: string }>`select recording_id as id from training_review
    where recording_id = any(${free.map(({ id }) => id)}::uuid[]) and look_at <= ${now}
    order by recording_id for update skip locked`.execute(tx)
  return findAll(
    tx,
    ours.map(({ id }) => id),
  )
}

export async function findTrainingFacts(
  connection: Connection,
  id: string,
): Promise<TrainingFacts | undefined> {
  const [facts] = await findAll(connection, [id])
  return facts
}

async function findAll(connection: Connection, ids: readonly string[]): Promise<TrainingFacts[]> {
  const { rows } = await sql<TrainingFacts>`
    select r.id, r.status, r.is_free as "isFree", r.restricted, r.sensitivity,
      (select coalesce(json_agg(json_build_object('purpose', t.purpose, 'state', t.state,
        'retainUntil', t.retain_until)), '[]') from purpose_tag t where t.recording_id = r.id) as tags,
      exists (select from rendition d where d.recording_id = r.id and d.name = 'masked') as "hasMasked",
      exists (select from audio_facts f where f.recording_id = r.id) as "isDecoded"
    from recording r where r.id = any(${ids}::uuid[]) order by r.id`.execute(connection)
  return rows
}

export async function endReviews(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await sql`delete from training_review where recording_id = any(${ids}::uuid[])`.execute(tx)
}

export interface NextReview {
  readonly id: string
  readonly lookAt: Date
}

export async function postponeReviews(tx: Tx, reviews: readonly NextReview[]): Promise<void> {
  if (reviews.length === 0) return
  await sql`update training_review set look_at = n.look_at
    from unnest(${reviews.map(({ id }) => id)}::uuid[],
      ${reviews.map(({ lookAt }) => lookAt)}::timestamptz[]) as n (id, look_at)
    where recording_id = n.id`.execute(tx)
}

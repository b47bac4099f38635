import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import type { HoldType } from './hold.ts'

/** A hold with how far it has come. */
export interface HoldRow {
  readonly id: string
  readonly type: HoldType
  readonly matterRef: string
  readonly entity: string
  readonly scope: Record<string, unknown>
  readonly futureMatching: boolean
  readonly reason: string
  readonly placedBy: string
  readonly placedAt: Date
  readonly reviewBy: string
  readonly releasedBy: string | null
  readonly releasedAt: Date | null
  readonly releaseReason: string | null
  /** Whether every recording has followed its placing, or its release. */
  readonly isSettled: boolean
  /** Recordings that are, or were, under it. */
  readonly recordings: number
  /** Those under it of which the store has not confirmed it. */
  readonly pending: number
}

const COLUMNS = sql`h.id, h.type, h.matter_ref as "matterRef", h.entity, h.scope, h.future_matching as "futureMatching",
  h.reason, h.placed_by as "placedBy", h.placed_at as "placedAt", h.review_by as "reviewBy",
  h.released_by as "releasedBy", h.released_at as "releasedAt", h.release_reason as "releaseReason",
  h.settled_at is not null as "isSettled", l.recordings, l.pending`

const COUNTS = sql`cross join lateral (
  select count(*) as recordings, count(*) filter (where ended_at is null and confirmed_at is null) as pending
  from hold_recording where hold_id = h.id) l`

export async function findHold(
  connection: Connection,
  id: string,
  entities: readonly string[],
): Promise<HoldRow | undefined> {
  const { rows } = await sql<HoldRow>`select ${COLUMNS} from hold h ${COUNTS}
    where h.id = ${id} and h.entity = any(${entities}::text[])`.execute(connection)
  return rows[0]
}

export interface HoldFilter {
  readonly entities: readonly string[]
  readonly open: boolean | undefined
  readonly after: { readonly at: Date; readonly id: string } | undefined
  readonly limit: number
}

/** Holds of the entities, newest first. */
export async function listHolds(connection: Connection, filter: HoldFilter): Promise<HoldRow[]> {
  const { entities, open, after, limit } = filter
  const { rows } = await sql<HoldRow>`
    select ${COLUMNS} from (
      select * from hold where entity = any(${entities}::text[])
        ${open === undefined ? sql`` : sql`and (released_at is null) = ${open}`}
        ${after ? sql`and (placed_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
      order by placed_at desc, id desc limit ${limit}
    ) h ${COUNTS} order by h.placed_at desc, h.id desc`.execute(connection)
  return rows
}

export interface HeldRecording {
  readonly recordingId: string
  readonly placedAt: Date
  readonly confirmedAt: Date | null
  readonly endedAt: Date | null
}

/** Recordings under a hold, by id. */
export async function recordingsUnder(
  connection: Connection,
  holdId: string,
  after: string | undefined,
  limit: number,
): Promise<HeldRecording[]> {
  const { rows } = await sql<HeldRecording>`
    select recording_id as "recordingId", placed_at as "placedAt", confirmed_at as "confirmedAt", ended_at as "endedAt"
    from hold_recording where hold_id = ${holdId} ${after === undefined ? sql`` : sql`and recording_id > ${after}`}
    order by recording_id limit ${limit}`.execute(connection)
  return rows
}

export interface HoldReview {
  readonly reviewedBy: string
  readonly reviewedAt: Date
  readonly reviewBy: string
  readonly reason: string
}

/** Every time somebody let the hold go on, the last one first. */
export const reviewsOf = (connection: Connection, holdId: string): Promise<HoldReview[]> =>
  connection
    .selectFrom('hold_review')
    .select(['reviewed_by as reviewedBy', 'reviewed_at as reviewedAt', 'review_by as reviewBy', 'reason'])
    .where('hold_id', '=', holdId)
    .orderBy('reviewed_at', 'desc')
    .execute()

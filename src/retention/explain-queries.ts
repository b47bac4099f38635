import { sql } from 'kysely'
import type { Database } from '../db/database.ts'

/** What an explanation needs beyond what a reader of the recording sees; no references to matters or requests. */
export interface ExplainedFacts {
  /** Last day for which a recording of no known member may wait for one. */
  readonly linkBy: string | null
  readonly quarantinedAt: Date | null
  readonly holds: readonly { readonly type: string; readonly reviewBy: string }[]
  readonly requests: readonly { readonly reviewBy: string }[]
  /** Purpose to the last day on which its awaited event may be missing without somebody looking. */
  readonly openUntil: Readonly<Record<string, string>>
}

export async function findFacts(db: Database, id: string): Promise<ExplainedFacts | undefined> {
  const { rows } =
    await sql<ExplainedFacts>`select r.link_by as "linkBy", r.quarantined_at as "quarantinedAt",
      coalesce((select json_agg(json_build_object('type', h.type, 'reviewBy', h.review_by) order by h.review_by)
        from hold_recording l join hold h on h.id = l.hold_id
        where l.recording_id = r.id and l.ended_at is null), '[]') as holds,
      coalesce((select json_agg(json_build_object('reviewBy', q.review_by) order by q.review_by)
        from request_lock q where q.recording_id = r.id), '[]') as requests,
      coalesce((select json_object_agg(t.purpose, t.open_until) from purpose_tag t
        where t.recording_id = r.id and t.open_until is not null and t.state = 'pending_trigger'), '{}') as "openUntil"
    from recording r where r.id = ${id}`.execute(db)
  return rows[0]
}

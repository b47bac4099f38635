import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import type { EventRow } from './event-form.ts'

export interface ExportRow extends EventRow {
  readonly seq: number
  /** The event itself was deleted, unlawfully; nothing else of it is there. */
  readonly gone: boolean
  readonly leaf: Buffer
  readonly commitment: Buffer
  readonly salt: Buffer | null
  /** Whether the reader may know who and what it was about. */
  readonly visible: boolean
}

/**
 * Whether a reader may know of an event (`s` and `e`). Of what was sealed before companies were noted it is known
 * by the recording that it is about; what is about none is for who reads all.
 */
export const visibleTo = (entities: readonly string[] | 'all') =>
  entities === 'all'
    ? sql<boolean>`true`
    : sql<boolean>`(s.entities && ${entities}::text[] or (s.entities is null and exists (select from recording r
        where r.id = e.recording_id and r.entity = any(${entities}::text[]))))`

/** Sealed events from a number on, in order; `entities`: whose payloads are shown, or those of all. */
export async function sealedFrom(
  connection: Connection,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
  entities: readonly string[] | 'all',
): Promise<ExportRow[]> {
  const { rows } = await sql<ExportRow>`
    select s.seq, s.leaf, s.commitment, s.salt, ${visibleTo(entities)} as visible, e.id is null as gone,
      e.id, e.occurred_at, e.type, e.action, e.outcome, e.code, e.actor_sub, e.actor_roles, e.recording_id,
      e.playback_id, e.purpose, e.case_ref, e.request_id, e.detail
    from audit_seal s left join audit_event e on e.id = s.event_id
    where s.seq >= ${from} and s.seq < ${to} order by s.seq limit ${limit}`.execute(connection)
  return rows
}

export interface SegmentRow {
  readonly to_seq: number
  readonly subtrees: Buffer[]
  readonly note: string
}

/** What stands for everything that was dropped so far; undefined when nothing was. */
export const lastSegment = (connection: Connection): Promise<SegmentRow | undefined> =>
  connection
    .selectFrom('audit_segment')
    .select(['to_seq', 'subtrees', 'note'])
    .orderBy('to_seq', 'desc')
    .limit(1)
    .executeTakeFirst()

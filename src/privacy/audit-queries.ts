import { sql } from 'kysely'
import type { EventRow } from '../audit/event-form.ts'
import { visibleTo } from '../audit/export-queries.ts'
import type { Connection } from '../db/database.ts'

export type ListedEvent = EventRow & { readonly seq: number; readonly erased: boolean }

export interface EventFilter {
  readonly recordingId?: string | undefined
  readonly actor?: string | undefined
  readonly type?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

export interface EventPage {
  /** Whose events are shown; `all`: anybody's, and those that are nobody's. */
  readonly entities: readonly string[] | 'all'
  readonly before: { readonly at: Date; readonly seq: number } | undefined
  readonly limit: number
}

const COLUMNS = sql`s.seq, s.salt is null as erased, e.id, e.occurred_at, e.type, e.action, e.outcome, e.code,
  e.actor_sub, e.actor_roles, e.recording_id, e.playback_id, e.purpose, e.case_ref, e.request_id, e.detail`

/** Sealed events, newest first. */
export async function listEvents(
  connection: Connection,
  { recordingId, actor, type, from, to }: EventFilter,
  { entities, before, limit }: EventPage,
): Promise<ListedEvent[]> {
  const { rows } = await sql<ListedEvent>`
    select ${COLUMNS} from audit_seal s join audit_event e on e.id = s.event_id
    where ${visibleTo(entities)}
      ${recordingId === undefined ? sql`` : sql`and e.recording_id = ${recordingId}`}
      ${actor === undefined ? sql`` : sql`and s.actor_sub = ${actor}`}
      ${type === undefined ? sql`` : sql`and s.type = ${type}`}
      ${from === undefined ? sql`` : sql`and s.occurred_at >= ${from}`}
      ${to === undefined ? sql`` : sql`and s.occurred_at < ${to}`}
      ${before ? sql`and (s.occurred_at, s.seq) < (${before.at}::timestamptz, ${before.seq}::bigint)` : sql``}
    order by s.occurred_at desc, s.seq desc limit ${limit}`.execute(connection)
  return rows
}

export interface SealedEvent extends EventRow {
  readonly seq: number
  readonly leaf: Buffer
  readonly commitment: Buffer
}

export async function findSealed(
  connection: Connection,
  eventId: string,
  entities: readonly string[] | 'all',
): Promise<SealedEvent | undefined> {
  const { rows } = await sql<SealedEvent>`
    select ${COLUMNS}, s.leaf, s.commitment from audit_seal s join audit_event e on e.id = s.event_id
    where s.event_id = ${eventId} and ${visibleTo(entities)}`.execute(connection)
  return rows[0]
}

import { sql } from 'kysely'
import type { Database } from '../db/database.ts'

/** Everything one actor heard in one playback, or copied at once. */
export interface AccessRow {
  readonly first_at: Date
  readonly last_at: Date
  readonly type: string
  readonly actor_sub: string | null
  readonly actor_roles: string[]
  readonly purpose: string | null
  readonly case_ref: string | null
  readonly break_glass: boolean
  /** Sum over the range requests, so a part heard twice counts twice; null when no end was recorded. */
  readonly sent_bytes: number | null
  readonly total_bytes: number | null
}

const LIMIT = 1000

/** Deliveries of one recording, newest first; several ranges of a playback are one line. */
export async function findAccesses(db: Database, recordingId: string): Promise<AccessRow[]> {
  const { rows } = await sql<AccessRow>`
    select min(begun.occurred_at) as first_at, max(begun.occurred_at) as last_at, begun.type, begun.actor_sub,
      begun.actor_roles, begun.purpose, begun.case_ref, bool_or(begun.detail ? 'breakGlass') as break_glass,
      sum((ended.detail ->> 'sent')::bigint)::bigint as sent_bytes,
      max((begun.detail ->> 'of')::bigint)::bigint as total_bytes
    from audit_event begun
    left join audit_event ended on ended.recording_id = begun.recording_id
      and ended.type = 'recording.audio_delivered'
      and ended.detail ->> 'stream' = begun.detail ->> 'stream'
    where begun.recording_id = ${recordingId} and begun.outcome = 'ok'
      and begun.type in ('recording.audio_opened', 'recording.copied')
    group by begun.type, begun.actor_sub, begun.actor_roles, begun.purpose, begun.case_ref,
      coalesce(begun.playback_id::text, begun.detail ->> 'stream')
    order by last_at desc
    limit ${LIMIT}`.execute(db)
  return rows
}

export interface DisclosedRow {
  readonly at: Date
  readonly recipient: string
  readonly purpose: string
}

/** To whom outside the recording was given, by name; for the member without what is delayed on this day. */
export async function findDisclosed(
  db: Database,
  recordingId: string,
  hiddenOn: string | null,
): Promise<DisclosedRow[]> {
  const { rows } = await sql<DisclosedRow>`
    select s.opened_at as at, d.recipient_name as recipient, d.purpose
    from disclosure_recording s join disclosure d on d.id = s.disclosure_id
    where s.recording_id = ${recordingId} and s.opened_at is not null
      and (${hiddenOn}::date is null or d.delay_until is null or d.delay_until < ${hiddenOn}::date)
    order by s.opened_at desc limit ${LIMIT}`.execute(db)
  return rows
}

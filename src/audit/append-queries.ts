import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import { type AuditEvent, toRow } from './append.ts'

/** Appends the same event for each of many recordings, as `appendAudit` does, in one short statement. */
export async function appendAuditForEach(
  connection: Connection,
  event: Omit<AuditEvent, 'recordingId'>,
  recordingIds: readonly string[],
): Promise<void> {
  const row = toRow(event)
  await sql`
    insert into audit_event (id, recording_id, occurred_at, type, action, outcome, code, actor_sub, actor_roles,
      playback_id, purpose, case_ref, request_id, detail)
    select gen_random_uuid(), recording_id, ${row.occurred_at}, ${row.type}, ${row.action}, ${row.outcome},
      ${row.code}, ${row.actor_sub}, ${row.actor_roles}::text[], ${row.playback_id}::uuid, ${row.purpose},
      ${row.case_ref}, ${row.request_id}, ${row.detail}::jsonb
    from unnest(${recordingIds}::uuid[]) as recording_id`.execute(connection)
}

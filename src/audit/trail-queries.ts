import type { Pool } from '../db/database.ts'
import { type AuditEvent, toRow } from './append.ts'

/** One parameter whatever the number of events, so one prepared plan serves every batch. */
const INSERT = {
  name: 'append-audit-events',
  text: `insert into audit_event (id, occurred_at, type, action, outcome, code, actor_sub, actor_roles,
      recording_id, playback_id, purpose, case_ref, request_id, detail, entities)
    select id, occurred_at, type, action, outcome, code, actor_sub, actor_roles,
      recording_id, playback_id, purpose, case_ref, request_id, detail, entities
    from jsonb_to_recordset($1::jsonb) as event (id uuid, occurred_at timestamptz, type text, action text,
      outcome text, code text, actor_sub text, actor_roles text[], recording_id uuid, playback_id uuid,
      purpose text, case_ref text, request_id text, detail jsonb, entities text[])`,
}

export async function insertEvents(pool: Pool, events: readonly AuditEvent[]): Promise<void> {
  const rows = events.map((event) => ({ ...toRow(event), detail: event.detail ?? {} }))
  await pool.query({ ...INSERT, values: [JSON.stringify(rows)] })
}

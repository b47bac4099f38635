import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import type { RequestRow } from './request-queries.ts'

/** Whether the request has an answer to who listened; a member without calls gets one too. */
export async function isGranted(connection: Connection, requestId: string): Promise<boolean> {
  const { rows } = await sql`select from privacy_request_item
    where request_id = ${requestId} and type = 'audit_view' and state in ('granted', 'partial') limit 1`.execute(
    connection,
  )
  return rows.length > 0
}

export interface GrantedCall {
  readonly id: string
  readonly started_at: Date | null
  /** Length of its sound, as far as it is known. */
  readonly seconds: number | null
}

/**
 * The calls that it was granted of, of these entities. One that turned out to be somebody else's since, or that is
 * gone, is none of them.
 */
export async function grantedCallsOf(
  connection: Connection,
  { id, member_ref }: Pick<RequestRow, 'id' | 'member_ref'>,
  entities: readonly string[],
): Promise<GrantedCall[]> {
  const { rows } = await sql<GrantedCall>`
    select r.id, r.started_at,
      coalesce(f.duration_ms / 1000.0, extract(epoch from r.ended_at - r.started_at))::float8 as seconds
    from privacy_request_item i join recording r on r.id = i.recording_id
    left join audio_facts f on f.recording_id = r.id
    where i.request_id = ${id} and i.type = 'audit_view' and i.state in ('granted', 'partial')
      and r.member_ref = ${member_ref} and r.entity = any(${entities}::text[])
      and r.status not in ('receiving', 'destroying', 'destroyed')`.execute(connection)
  return rows
}

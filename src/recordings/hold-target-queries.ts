import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import type { RecordingStatus } from '../db/schema.ts'

/** A recording that somebody wants to keep from destruction. */
export interface Target {
  readonly id: string
  readonly status: RecordingStatus
  /** Number of the certificate of its destruction, if there is one. */
  readonly certificateNo: number | null
}

/** Locks a recording of one of these entities: a destruction is either already seen, or comes later. */
export async function lockTarget(
  tx: Tx,
  id: string,
  entities: readonly string[],
): Promise<Target | undefined> {
  const { rows } = await sql<Target>`
    select r.id, r.status, (select no from certificate
      where recording_id = r.id and subject = 'recording') as "certificateNo"
    from recording r where r.id = ${id} and r.entity = any(${entities}::text[]) for update of r`.execute(tx)
  return rows[0]
}

/**
 * What every end of a protection brings: the store is to be told, and a quarantine begins anew. Its grace
 * may have run out meanwhile, and the end of a protection is never a destruction at once.
 */
export const unprotected = (now: Date) => sql`objects_changed_at = ${now}::timestamptz,
  quarantined_at = case when status = 'quarantined' then ${now}::timestamptz else quarantined_at end`

import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'

/**
 * Takes destroyed recordings out of the privacy requests that were about them. A dossier keeps its questions and
 * answers, and from now on not which recording they were about: nobody can tell whose a destroyed one was.
 * Questions who listened to it go altogether: they are about nothing else.
 */
export async function forgetRequests(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  await sql`update privacy_request_item set recording_id = null, gone_at = ${now}, restricted_at = null
    where recording_id = any(${ids}::uuid[])`.execute(tx)
  await sql`delete from name_request where recording_id = any(${ids}::uuid[])`.execute(tx)
}

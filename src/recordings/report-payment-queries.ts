import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import type { SilencedRange } from '../db/schema.ts'

export async function silenceBefore(tx: Tx, id: string): Promise<readonly SilencedRange[]> {
  const row = await tx
    .selectFrom('recording')
    .select('silence')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return row.silence
}

export async function setSilence(tx: Tx, id: string, silence: readonly SilencedRange[]): Promise<void> {
  await tx
    .updateTable('recording')
    .set({ silence: JSON.stringify(silence) })
    .where('id', '=', id)
    .execute()
}

/**
 * Everything stored of a recording's audio is to be replaced or destroyed; what was made of the original is
 * not known to anybody from the commit on. Nothing else is made of it before it is replaced.
 */
export async function condemnAudio(
  tx: Tx,
  id: string,
  asked: { readonly by: string; readonly at: Date },
): Promise<void> {
  await sql`insert into replaced_version (recording_id, name, version_id, cipher_sha256, asked_by, asked_at)
    select recording_id, name, coalesce(version_id, ''), cipher_sha256, ${asked.by}, ${asked.at}
    from rendition where recording_id = ${id} on conflict do nothing`.execute(tx)
  await sql`delete from rendition where recording_id = ${id} and name <> 'original'`.execute(tx)
  await sql`delete from integrity_finding where recording_id = ${id} and rendition <> 'original'`.execute(tx)
  await sql`delete from audio_work where recording_id = ${id} and kind not in ('redact', 'tidy')`.execute(tx)
}

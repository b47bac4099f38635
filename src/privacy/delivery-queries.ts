import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { DisclosedRecording } from './disclosure-queries.ts'

export async function markOpened(tx: Tx, disclosureId: string, n: number, at: Date): Promise<void> {
  await sql`update disclosure_recording set opened_at = coalesce(opened_at, ${at}), opens = opens + 1
    where disclosure_id = ${disclosureId} and n = ${n}`.execute(tx)
}

/** Whether that was the last one. */
export async function markSent(
  tx: Tx,
  disclosureId: string,
  { n }: Pick<DisclosedRecording, 'n'>,
  { sha256, bytes, at }: { readonly sha256: Buffer; readonly bytes: number; readonly at: Date },
): Promise<boolean> {
  await tx
    .updateTable('disclosure_recording')
    .set({ sha256, bytes, sent_at: at })
    .where('disclosure_id', '=', disclosureId)
    .where('n', '=', n)
    .execute()
  const { rows } = await sql`select from disclosure_recording
    where disclosure_id = ${disclosureId} and sent_at is null limit 1`.execute(tx)
  return rows.length === 0
}

/** Everything at once, in one file: the package that went to a controller. */
export async function markAllSent(
  tx: Tx,
  disclosureId: string,
  { sha256, bytes, at }: { readonly sha256: Buffer; readonly bytes: number; readonly at: Date },
): Promise<void> {
  await tx
    .updateTable('disclosure_recording')
    .set({ sha256, bytes, sent_at: at })
    .where('disclosure_id', '=', disclosureId)
    .execute()
}

export async function isOpen(connection: Connection, disclosureId: string, now: Date): Promise<boolean> {
  const { rows } = await sql`select from disclosure d where d.id = ${disclosureId} and d.state = 'approved'
    and d.secret_until > ${now} and not exists (select from disclosure_recording s join recording r
      on r.id = s.recording_id where s.disclosure_id = d.id and r.restricted)`.execute(connection)
  return rows.length > 0
}

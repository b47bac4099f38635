import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import type { RecipientNoticeTable } from '../db/disclosure-schema.ts'

export interface MadeNotice {
  readonly id: string
  readonly disclosureId: string
  readonly recordingId: string
}

/** One for every recipient that has one of the recordings and has not returned or deleted it. */
export async function insertRecipientNotices(
  tx: Tx,
  recordingIds: readonly string[],
  what: RecipientNoticeTable['what'],
  at: Date,
): Promise<MadeNotice[]> {
  const { rows } = await sql<MadeNotice>`
    insert into recipient_notice (id, disclosure_id, recording_id, what, happened_at, next_at)
    select gen_random_uuid(), s.disclosure_id, s.recording_id, ${what}, ${at}, ${at}
    from disclosure_recording s join disclosure d on d.id = s.disclosure_id
    where s.recording_id = any(${recordingIds}::uuid[]) and s.opened_at is not null and d.returned_how is null
    on conflict do nothing returning id, disclosure_id as "disclosureId", recording_id as "recordingId"`.execute(
    tx,
  )
  return rows
}

import { sql } from 'kysely'
import type { Connection, Database, Tx } from '../db/database.ts'
import type { RecipientNoticeTable } from '../db/disclosure-schema.ts'

/** Somebody outside who has a recording, by name: the member is owed no less (CJEU C-154/21). */
export interface RecordingRecipient {
  readonly recordingId: string
  readonly disclosureId: string
  readonly legalName: string
  readonly country: string
  readonly type: string
  readonly purpose: string
  readonly legalBasis: string
  readonly statute: string | null
  readonly givenAt: Date
}

/** Who was given the recordings, oldest first; what a delay still keeps from the member on this day is not in it. */
export async function recipientsOf(
  connection: Connection,
  recordingIds: readonly string[],
  today: string,
): Promise<RecordingRecipient[]> {
  const { rows } = await sql<RecordingRecipient>`
    select s.recording_id as "recordingId", d.id as "disclosureId", d.recipient_name as "legalName",
      d.recipient_country as country, d.recipient_type as type, d.purpose, d.legal_basis as "legalBasis", d.statute,
      s.opened_at as "givenAt"
    from disclosure_recording s join disclosure d on d.id = s.disclosure_id
    where s.recording_id = any(${recordingIds}::uuid[]) and s.opened_at is not null
      and (d.delay_until is null or d.delay_until < ${today})
    order by s.opened_at, d.id`.execute(connection)
  return rows
}

type What = RecipientNoticeTable['what']

export interface DueNotice {
  readonly id: string
  readonly disclosureId: string
  readonly recordingId: string
  readonly entity: string
  readonly what: What
  readonly happenedAt: Date
  readonly attempts: number
  readonly toldAt: Date | null
  readonly alarmedAt: Date | null
  readonly contactMail: string | null
}

/** Takes one that is due and puts it off, so that it is tried again if this process dies with it. */
export async function claimRecipientNotice(
  db: Database,
  now: Date,
  next: Date,
): Promise<DueNotice | undefined> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<DueNotice>`
      select n.id, n.disclosure_id as "disclosureId", n.recording_id as "recordingId", d.entity, n.what,
        n.happened_at as "happenedAt", n.attempts + 1 as attempts, n.told_at as "toldAt",
        n.alarmed_at as "alarmedAt", d.contact_mail as "contactMail"
      from recipient_notice n join disclosure d on d.id = n.disclosure_id
      where n.replied_at is null and n.next_at <= ${now}
      order by n.next_at limit 1 for update of n skip locked`.execute(tx)
    const [due] = rows
    if (due)
      await tx
        .updateTable('recipient_notice')
        .set({ attempts: due.attempts, next_at: next })
        .where('id', '=', due.id)
        .execute()
    return due
  })
}

export async function updateRecipientNotice(
  tx: Tx,
  id: string,
  set: { told_at: Date | null; next_at?: Date; alarmed_at?: Date },
): Promise<void> {
  await tx.updateTable('recipient_notice').set(set).where('id', '=', id).execute()
}

/** Whether there was one that waits for an answer. */
export async function storeReply(
  tx: Tx,
  id: string,
  entities: readonly string[],
  { reply, by, at }: { readonly reply: string; readonly by: string; readonly at: Date },
): Promise<{ recordingId: string } | undefined> {
  const { rows } = await sql<{ recordingId: string }>`
    update recipient_notice n set reply = ${reply}, reply_by = ${by}, replied_at = ${at}
    from disclosure d where n.id = ${id} and d.id = n.disclosure_id and d.entity = any(${entities}::text[])
      and n.replied_at is null
    returning n.recording_id as "recordingId"`.execute(tx)
  return rows[0]
}

export interface RecipientNoticeRow {
  readonly id: string
  readonly disclosureId: string
  readonly recordingId: string
  readonly legalName: string
  readonly what: What
  readonly happenedAt: Date
  readonly attempts: number
  readonly toldAt: Date | null
  readonly alarmedAt: Date | null
  readonly reply: string | null
  readonly repliedAt: Date | null
}

/** Unanswered first, then the newest. */
export async function listRecipientNotices(
  connection: Connection,
  entities: readonly string[],
  limit: number,
): Promise<RecipientNoticeRow[]> {
  const { rows } = await sql<RecipientNoticeRow>`
    select n.id, n.disclosure_id as "disclosureId", n.recording_id as "recordingId", d.recipient_name as "legalName",
      n.what, n.happened_at as "happenedAt", n.attempts, n.told_at as "toldAt", n.alarmed_at as "alarmedAt", n.reply,
      n.replied_at as "repliedAt"
    from recipient_notice n join disclosure d on d.id = n.disclosure_id
    where d.entity = any(${entities}::text[])
    order by n.replied_at is not null, n.happened_at desc, n.id limit ${limit}`.execute(connection)
  return rows
}

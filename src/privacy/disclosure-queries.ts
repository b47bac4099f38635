import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { DisclosureTable } from '../db/disclosure-schema.ts'
import type { TimeRange } from '../media/time-range.ts'
import { HOLDABLE } from '../recordings/hold-scope-queries.ts'
import type { Disclosable } from './disclosure-model.ts'
import type { Place } from './page.ts'

export type DisclosureRow = Selectable<DisclosureTable>

export interface DisclosedRecording {
  readonly recordingId: string
  readonly n: number
  readonly ranges: readonly TimeRange[] | null
  readonly openedAt: Date | null
  readonly opens: number
  readonly sentAt: Date | null
  readonly sha256: Buffer | null
  readonly bytes: number | null
}

/** Those of the recordings that are there to be given. */
export async function findDisclosable(
  tx: Tx,
  ids: readonly string[],
  entities: readonly string[],
): Promise<Disclosable[]> {
  const { rows } = await sql<Disclosable>`
    select id, entity, product, member_ref as "memberRef", restricted from recording
    where id = any(${ids}::uuid[]) and entity = any(${entities}::text[]) and status in ${HOLDABLE}
    order by id for share`.execute(tx)
  return rows
}

export async function insertDisclosure(
  tx: Tx,
  row: Insertable<DisclosureTable>,
  recordings: readonly { readonly recordingId: string; readonly ranges: readonly TimeRange[] | null }[],
): Promise<void> {
  await tx.insertInto('disclosure').values(row).execute()
  await tx
    .insertInto('disclosure_recording')
    .values(
      recordings.map(({ recordingId, ranges }, i) => ({
        ...{ disclosure_id: row.id, recording_id: recordingId, n: i + 1 },
        ranges: ranges === null ? null : JSON.stringify(ranges),
      })),
    )
    .execute()
}

export async function findDisclosure(
  connection: Connection,
  id: string,
  entities: readonly string[],
): Promise<DisclosureRow | undefined> {
  return connection
    .selectFrom('disclosure')
    .selectAll()
    .where('id', '=', id)
    .where(sql<boolean>`entity = any(${entities}::text[])`)
    .executeTakeFirst()
}

/** Locked, so that two people decide one after the other; `any`: whatever the entity. */
export async function lockDisclosure(
  tx: Tx,
  id: string,
  entities: readonly string[] | 'any',
): Promise<DisclosureRow | undefined> {
  const row = await tx
    .selectFrom('disclosure')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && (entities === 'any' || entities.includes(row.entity)) ? row : undefined
}

export async function updateDisclosure(tx: Tx, id: string, set: Updateable<DisclosureTable>): Promise<void> {
  await tx.updateTable('disclosure').set(set).where('id', '=', id).execute()
}

export async function recordingsOf(
  connection: Connection,
  disclosureId: string,
): Promise<DisclosedRecording[]> {
  return connection
    .selectFrom('disclosure_recording')
    .select([
      ...(['n', 'ranges', 'opens', 'sha256', 'bytes'] as const),
      ...(['recording_id as recordingId', 'opened_at as openedAt', 'sent_at as sentAt'] as const),
    ])
    .where('disclosure_id', '=', disclosureId)
    .orderBy('n')
    .execute()
}

export interface DisclosureFilter {
  readonly entities: readonly string[]
  readonly state: DisclosureRow['state'] | undefined
  readonly after: Place | undefined
  readonly limit: number
}

/** Newest first. */
export async function listDisclosures(
  connection: Connection,
  { entities, state, after, limit }: DisclosureFilter,
): Promise<DisclosureRow[]> {
  let query = connection
    .selectFrom('disclosure')
    .selectAll()
    .where(sql<boolean>`entity = any(${entities}::text[])`)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (state !== undefined) query = query.where('state', '=', state)
  if (after !== undefined)
    query = query.where(sql<boolean>`(requested_at, id) < (${after.at}, ${after.id}::uuid)`)
  return query.execute()
}

/** Whose request it is, where they want their data sent, and when that was confirmed. */
export interface Transfer {
  readonly memberRef: string
  readonly address: string | null
  readonly confirmedAt: Date | null
}

/** Undefined also for a request that is none of these entities'. */
export async function transferOf(
  connection: Connection,
  requestId: string,
  entities: readonly string[],
): Promise<Transfer | undefined> {
  const row = await connection
    .selectFrom('privacy_request')
    .select(['member_ref', 'transfer_to', 'transfer_confirmed_at'])
    .where('id', '=', requestId)
    .where(sql<boolean>`entities && ${entities}::text[]`)
    .executeTakeFirst()
  return (
    row && {
      memberRef: row.member_ref,
      address: row.transfer_to?.address ?? null,
      confirmedAt: row.transfer_confirmed_at,
    }
  )
}

/** Whose calls are in it: those who hear that it was given. */
export async function membersOf(
  connection: Connection,
  disclosureId: string,
): Promise<{ recordingId: string; memberRef: string }[]> {
  const { rows } = await sql<{ recordingId: string; memberRef: string }>`
    select r.id as "recordingId", r.member_ref as "memberRef" from disclosure_recording d
    join recording r on r.id = d.recording_id
    where d.disclosure_id = ${disclosureId} and d.opened_at is not null and r.member_ref is not null`.execute(
    connection,
  )
  return rows
}

/** Delays that end within the days to come, or have ended, and were not announced yet. */
export async function delaysToAnnounce(tx: Tx, until: string): Promise<DisclosureRow[]> {
  return tx
    .selectFrom('disclosure')
    .selectAll()
    .where('delay_until', '<=', until)
    .where('delay_told_at', 'is', null)
    .where('delay_announced_at', 'is', null)
    .forUpdate()
    .skipLocked()
    .execute()
}

/** Delays that are over, of what was given while they ran. */
export async function delaysOver(tx: Tx, today: string): Promise<DisclosureRow[]> {
  return tx
    .selectFrom('disclosure')
    .selectAll()
    .where('delay_until', '<', today)
    .where('delay_told_at', 'is', null)
    .forUpdate()
    .skipLocked()
    .execute()
}

import { type Insertable, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { PrivacyRequestItemTable } from '../db/privacy-schema.ts'
import type { RequestType } from './request-model.ts'
import type { ItemRow } from './request-queries.ts'

/** Which questions of a request somebody means. */
export interface Selection {
  readonly type: RequestType
  /** Their numbers; absent: all that are open. */
  readonly items?: readonly number[] | undefined
  readonly recordings?: readonly string[] | undefined
  readonly purposes?: readonly string[] | undefined
}

/** The questions that are meant, locked, in their order. */
export const lockItems = (
  tx: Tx,
  requestId: string,
  { type, items, recordings, purposes }: Selection,
): Promise<ItemRow[]> =>
  tx
    .selectFrom('privacy_request_item')
    .selectAll()
    .where('request_id', '=', requestId)
    .where('type', '=', type)
    .$if(items !== undefined, (query) => query.where('n', 'in', items ?? []))
    .$if(items === undefined, (query) => query.where('state', '=', 'open'))
    .$if(recordings !== undefined, (query) => query.where('recording_id', 'in', recordings ?? []))
    .$if(purposes !== undefined, (query) => query.where('purpose', 'in', purposes ?? []))
    .orderBy('n')
    .forUpdate()
    .execute()

/** Questions in some states, of some types or of all, locked. */
export const lockItemsIn = (
  tx: Tx,
  requestId: string,
  states: readonly ItemRow['state'][],
  types: readonly RequestType[] | 'all' = 'all',
): Promise<ItemRow[]> =>
  tx
    .selectFrom('privacy_request_item')
    .selectAll()
    .where('request_id', '=', requestId)
    .where('state', 'in', states)
    .$if(types !== 'all', (query) => query.where('type', 'in', types === 'all' ? [] : types))
    .orderBy('type')
    .orderBy('n')
    .forUpdate()
    .execute()

export type ItemChange = Partial<Omit<Insertable<PrivacyRequestItemTable>, 'request_id' | 'type' | 'n'>>

/** A question as it was before anybody answered it. */
export const UNDECIDED = {
  state: 'open',
  answer: null,
  reason_code: null,
  refused_until: null,
  decided_by: null,
  decided_at: null,
  necessity: null,
  proportionality: null,
  review_on: null,
  executed_at: null,
  result: null,
} as const

export const updateItem = (
  tx: Tx,
  { request_id, type, n }: Pick<ItemRow, 'request_id' | 'type' | 'n'>,
  change: ItemChange,
): Promise<void> => updateItems(tx, request_id, type, [n], change)

/** The same change of several questions of one type. */
export async function updateItems(
  tx: Tx,
  requestId: string,
  type: string,
  numbers: readonly number[],
  change: ItemChange,
): Promise<void> {
  await tx
    .updateTable('privacy_request_item')
    .set(change)
    .where('request_id', '=', requestId)
    .where('type', '=', type)
    .where(sql<boolean>`n = any(${numbers}::integer[])`)
    .execute()
}

/** The same change of questions of one request, of whatever type. */
export async function updateMixed(tx: Tx, items: readonly ItemRow[], change: ItemChange): Promise<void> {
  for (const [type, alike] of Map.groupBy(items, (item) => item.type))
    await updateItems(
      tx,
      alike[0]?.request_id ?? '',
      type,
      alike.map(({ n }) => n),
      change,
    )
}

/** What was granted for delivery is handed over; resolves to how many questions that answers. */
export async function markDelivered(
  tx: Tx,
  requestId: string,
  types: readonly string[],
  at: Date,
): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('privacy_request_item')
    .set({ executed_at: at, result: 'delivered' })
    .where('request_id', '=', requestId)
    .where('type', 'in', types)
    .where('state', 'in', ['granted', 'partial'])
    .where('executed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

/**
 * Whether an erasure of the request has to wait for what the member is to get first: until all of that was handed
 * over, and the member said that they have it or had the time to fetch it.
 */
export async function waitsForDelivery(
  tx: Tx,
  requestId: string,
  types: readonly string[],
  today: string,
): Promise<boolean> {
  const { rows } = await sql<{ undelivered: number; delivered: number; fetched: boolean }>`
    select count(*) filter (where i.state in ('open', 'proposed')
        or (i.state in ('granted', 'partial') and i.executed_at is null))::int as undelivered,
      count(*) filter (where i.state in ('granted', 'partial') and i.executed_at is not null)::int as delivered,
      coalesce(bool_or(r.download_confirmed_at is not null or r.erase_by < ${today}::date), false) as fetched
    from privacy_request r join privacy_request_item i on i.request_id = r.id and i.type = any(${types}::text[])
    where r.id = ${requestId}`.execute(tx)
  const [found] = rows
  if (!found) return false
  return found.undelivered > 0 || (found.delivered > 0 && !found.fetched)
}

/** Whether the member was given a copy on an earlier request. */
export async function hadCopyBefore(
  connection: Connection,
  { id, member_ref }: { readonly id: string; readonly member_ref: string },
): Promise<boolean> {
  const { rows } = await sql`select from privacy_request where member_ref = ${member_ref} and id <> ${id}
    and delivered_at is not null and types && array['access', 'copy'] limit 1`.execute(connection)
  return rows.length > 0
}

/** Who answered another request of the same member. */
export async function decidersOf(
  connection: Connection,
  requestId: string,
  memberRef: string,
): Promise<string[]> {
  const { rows } = await sql<{ by: string }>`select distinct decided_by as by
    from privacy_request_item i join privacy_request r on r.id = i.request_id
    where r.id = ${requestId}::uuid and r.member_ref = ${memberRef} and decided_by is not null`.execute(
    connection,
  )
  return rows.map(({ by }) => by)
}

/** The last day on which each purpose keeps its recording, null while that is not known; by both of them. */
export async function endsOfPurposes(
  connection: Connection,
  recordingIds: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await connection
    .selectFrom('purpose_tag')
    .select(['recording_id', 'purpose', 'min_until', 'retain_until'])
    .where(sql<boolean>`recording_id = any(${recordingIds}::uuid[])`)
    .execute()
  return new Map(
    rows.map(({ recording_id, purpose, min_until, retain_until }) => [
      `${recording_id} ${purpose}`,
      min_until ?? retain_until,
    ]),
  )
}

/** The same of one; undefined without the purpose. */
export const endOfPurpose = async (
  connection: Connection,
  recordingId: string,
  purpose: string,
): Promise<string | null | undefined> =>
  (await endsOfPurposes(connection, [recordingId])).get(`${recordingId} ${purpose}`)

import { type Insertable, type Selectable, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { PrivacyRequestItemTable, PrivacyRequestTable } from '../db/privacy-schema.ts'
import type { Matched, Question } from './request-questions.ts'
import type { ItemCounts } from './request-state.ts'

export type RequestRow = Selectable<PrivacyRequestTable>
export type ItemRow = Selectable<PrivacyRequestItemTable>

/** Whose requests somebody may know of. */
export interface RequestScope {
  readonly memberRef: string | null
  readonly filedBy: string | null
  readonly entities: readonly string[]
}

const within = ({ memberRef, filedBy, entities }: RequestScope) =>
  sql<boolean>`(member_ref = ${memberRef} or filed_by = ${filedBy} or entities && ${entities}::text[])`

export const insertRequest = (tx: Tx, row: Insertable<PrivacyRequestTable>) =>
  tx.insertInto('privacy_request').values(row).returningAll().executeTakeFirstOrThrow()

/** Questions, numbered within their type. */
export async function insertItems(tx: Tx, requestId: string, questions: readonly Question[]): Promise<void> {
  const of = <K extends keyof Question>(key: K) => questions.map((question) => question[key])
  await sql`insert into privacy_request_item (request_id, type, n, recording_id, entity, purpose, legal_basis, state)
    select ${requestId}::uuid, q.type, row_number() over (partition by q.type order by q.ord), q.recording_id,
      q.entity, q.purpose, q.legal_basis, 'open'
    from unnest(${of('type')}::text[], ${of('recordingId')}::uuid[], ${of('entity')}::text[],
      ${of('purpose')}::text[], ${of('legalBasis')}::text[]) with ordinality
      as q (type, recording_id, entity, purpose, legal_basis, ord)`.execute(tx)
}

/** Recordings with their purposes, by the time of the call. */
export async function matchedOf(tx: Tx, ids: readonly string[]): Promise<Matched[]> {
  const { rows } = await sql<Matched>`
    select r.id, r.entity, coalesce(json_agg(json_build_object('purpose', t.purpose, 'legalBasis', t.legal_basis,
      'state', t.state, 'retainUntil', t.retain_until) order by t.purpose) filter (where t.purpose is not null), '[]') as tags
    from recording r left join purpose_tag t on t.recording_id = r.id
    where r.id = any(${ids}::uuid[]) group by r.id order by r.started_at, r.id`.execute(tx)
  return rows
}

export const findRequest = (
  connection: Connection,
  id: string,
  scope: RequestScope,
): Promise<RequestRow | undefined> =>
  connection
    .selectFrom('privacy_request')
    .selectAll()
    .where('id', '=', id)
    .where(within(scope))
    .executeTakeFirst()

/** The same, locked: whoever changes a request comes one after the other. */
export const lockRequest = (tx: Tx, id: string, scope: RequestScope): Promise<RequestRow | undefined> =>
  tx
    .selectFrom('privacy_request')
    .selectAll()
    .where('id', '=', id)
    .where(within(scope))
    .forUpdate()
    .executeTakeFirst()

/** For work that nobody asked for. */
export const lockRequestOf = (tx: Tx, id: string): Promise<RequestRow | undefined> =>
  tx.selectFrom('privacy_request').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

export const updateRequest = async (
  tx: Tx,
  id: string,
  changes: Partial<Omit<Insertable<PrivacyRequestTable>, 'id'>>,
): Promise<RequestRow> =>
  tx.updateTable('privacy_request').set(changes).where('id', '=', id).returningAll().executeTakeFirstOrThrow()

/** Where the questions of requests stand. */
export async function countsOf(
  connection: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ItemCounts>> {
  const { rows } = await sql<ItemCounts & { id: string }>`
    select request_id as id, count(*) filter (where state = 'open')::int as open,
      count(*) filter (where state = 'proposed')::int as proposed,
      count(*) filter (where state in ('granted', 'partial') and executed_at is null)::int as waiting,
      count(*) filter (where state in ('granted', 'partial') and executed_at is not null)::int as executed,
      count(*) filter (where state = 'refused')::int as refused
    from privacy_request_item where request_id = any(${ids}::uuid[]) group by request_id`.execute(connection)
  return new Map(rows.map(({ id, ...counts }) => [id, counts]))
}

export const NO_ITEMS: ItemCounts = { open: 0, proposed: 0, waiting: 0, executed: 0, refused: 0 }

export interface ItemPage {
  readonly after?: { readonly type: string; readonly n: number } | undefined
  readonly limit: number
}

/** A question as it is shown, with when its call was. */
export type ShownItem = ItemRow & { readonly call_started_at: Date | null }

export const itemsOf = (
  connection: Connection,
  id: string,
  { after, limit }: ItemPage,
): Promise<ShownItem[]> =>
  connection
    .selectFrom('privacy_request_item')
    .leftJoin('recording', 'recording.id', 'privacy_request_item.recording_id')
    .selectAll('privacy_request_item')
    .select('recording.started_at as call_started_at')
    .where('request_id', '=', id)
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(type, n) > (${after?.type}, ${after?.n})`))
    .orderBy('type')
    .orderBy('n')
    .limit(limit)
    .execute()

/** What happened with a request, in a word; what people wrote is in `detail`. */
export interface Step {
  readonly type: string
  readonly actor: { readonly sub: string } | null
  readonly at: Date
  readonly detail?: Readonly<Record<string, unknown>>
}

export async function insertStep(tx: Tx, requestId: string, step: Step): Promise<void> {
  await tx
    .insertInto('privacy_request_step')
    .values({
      request_id: requestId,
      at: step.at,
      type: step.type,
      actor_sub: step.actor?.sub ?? null,
      detail: JSON.stringify(step.detail ?? {}),
    })
    .execute()
}

export const stepsOf = (connection: Connection, requestId: string) =>
  connection
    .selectFrom('privacy_request_step')
    .select(['at', 'type', 'actor_sub', 'detail'])
    .where('request_id', '=', requestId)
    .orderBy('id')
    .execute()

/** Recordings that are locked for a request and of which it has nothing left to do. */
export async function doneWith(tx: Tx, requestId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select l.recording_id as id from request_lock l
    where l.request_ref = ${requestId} and not exists (select from privacy_request_item i
      where i.request_id = ${requestId}::uuid and i.recording_id = l.recording_id
        and (i.state in ('open', 'proposed') or (i.state in ('granted', 'partial') and i.executed_at is null)))`.execute(
    tx,
  )
  return rows.map(({ id }) => id)
}

import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import { DELIVERED } from './request-model.ts'
import type { RequestRow } from './request-queries.ts'

/** Few enough for one round, which comes every quarter of an hour. */
const MOST = 500
/** Reminders tell of all of them. */
const MOST_OPEN = 5000

type Found = { readonly id: string }

/** Requests of which something was refused until a day that is over. */
export async function dueToReopen(connection: Connection, today: string): Promise<string[]> {
  const { rows } = await sql<Found>`select distinct request_id as id from privacy_request_item
    where state = 'refused' and refused_until < ${today}::date limit ${MOST}`.execute(connection)
  return rows.map(({ id }) => id)
}

/** Refusals because of a law whose end was not known then and is now. */
export async function dateRefusals(
  tx: Tx,
): Promise<{ readonly requestId: string; readonly until: string }[]> {
  const { rows } = await sql<{ requestId: string; until: string }>`
    with dated as (
      update privacy_request_item i set refused_until = coalesce(t.min_until, t.retain_until)
      from purpose_tag t
      where i.state = 'refused' and i.type = 'erasure' and i.reason_code = 'LegallyExempted'
        and i.refused_until is null and t.recording_id = i.recording_id and t.purpose = i.purpose
        and t.retain_until is not null
      returning i.request_id, i.refused_until)
    select request_id as "requestId", refused_until as until from dated
    group by request_id, refused_until order by request_id, refused_until`.execute(tx)
  return rows
}

/** Requests with something granted that is not done and needs no package. */
export async function waitingToErase(connection: Connection): Promise<string[]> {
  const { rows } = await sql<Found>`select distinct request_id as id from privacy_request_item
    where state in ('granted', 'partial') and executed_at is null and type <> all(${DELIVERED}::text[])
    limit ${MOST}`.execute(connection)
  return rows.map(({ id }) => id)
}

/** Requests with a proposed refusal that nobody judged since a moment. */
export async function staleProposals(connection: Connection, before: Date): Promise<string[]> {
  const { rows } = await sql<Found>`select distinct request_id as id from privacy_request_item
    where state = 'proposed' and decided_at < ${before} limit ${MOST}`.execute(connection)
  return rows.map(({ id }) => id)
}

export interface OwnRestriction {
  readonly requestId: string
  readonly type: string
  readonly n: number
  readonly recordingId: string
  readonly restrictedAt: Date
}

/** Restrictions that requests placed, on recordings about which nothing contested is open any more. */
export async function restrictionsToLift(connection: Connection): Promise<OwnRestriction[]> {
  const { rows } = await sql<OwnRestriction>`
    select i.request_id as "requestId", i.type, i.n, i.recording_id as "recordingId", i.restricted_at as "restrictedAt"
    from privacy_request_item i where i.restricted_at is not null and i.recording_id is not null
      and not exists (select from privacy_request_item other where other.recording_id = i.recording_id
        and other.type in ('rectification', 'objection') and other.state in ('open', 'proposed'))
    order by i.recording_id limit ${MOST}`.execute(connection)
  return rows
}

/** Whether something contested about the recording is open; asked once it is locked. */
export async function isContested(tx: Tx, recordingId: string): Promise<boolean> {
  const { rows } = await sql`select from privacy_request_item where recording_id = ${recordingId}
    and type in ('rectification', 'objection') and state in ('open', 'proposed') limit 1`.execute(tx)
  return rows.length > 0
}

/** Unanswered requests with a deadline until a day. */
export async function unansweredUntil(
  connection: Connection,
  day: string,
): Promise<{ id: string; member_ref: string; entities: string[]; deadline: string }[]> {
  const { rows } = await sql<{ id: string; member_ref: string; entities: string[]; deadline: string }>`
    select id, member_ref, entities, deadline from privacy_request
    where state in ('received', 'identity_check', 'in_review', 'extended') and deadline <= ${day}::date order by deadline, id limit ${MOST_OPEN}`.execute(
    connection,
  )
  return rows
}

export const countOpen = async (connection: Connection): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from privacy_request
    where state in ('received', 'identity_check', 'in_review', 'extended', 'decided')`.execute(connection)
  return rows[0]?.count ?? 0
}

/** Restrictions of rights (Art. 41 UAVG) whose day of review is over. */
export async function reviewsDue(
  connection: Connection,
  today: string,
): Promise<{ id: string; member_ref: string; entities: string[]; until: string }[]> {
  const { rows } = await sql<{ id: string; member_ref: string; entities: string[]; until: string }>`
    select r.id, r.member_ref, r.entities, min(i.review_on)::text as until
    from privacy_request_item i join privacy_request r on r.id = i.request_id
    where i.state = 'refused' and i.review_on < ${today}::date group by r.id limit ${MOST}`.execute(
    connection,
  )
  return rows
}

/** Requests in which nothing was left to do before a moment, and nothing refused is to be carried out later. */
export async function closable(connection: Connection, before: Date): Promise<string[]> {
  const { rows } = await sql<Found>`select r.id from privacy_request r
    where r.closed_at is null and r.ended_at is not null and r.ended_at < ${before}
      and not exists (select from privacy_request_item i where i.request_id = r.id and i.state = 'refused'
        and i.gone_at is null and (i.refused_until is not null or i.reason_code = 'LegallyExempted'))
    limit ${MOST}`.execute(connection)
  return rows.map(({ id }) => id)
}

/**
 * Deletes dossiers that were closed more than five years ago, with their questions and steps: as long as a member
 * could ask what became of a request.
 */
export async function deleteClosed(tx: Tx, today: string): Promise<Pick<RequestRow, 'id' | 'entities'>[]> {
  const { rows } = await sql<Pick<RequestRow, 'id' | 'entities'>>`delete from privacy_request where id in (
    select id from privacy_request
    where closed_at < (${today}::date - interval '5 years') at time zone 'Europe/Amsterdam' limit ${MOST})
    returning id, entities`.execute(tx)
  return rows
}

import { sql } from 'kysely'
import type { Database } from '../db/database.ts'
import type { RequestRow } from './request-queries.ts'

export interface RequestFilter {
  readonly open?: boolean | undefined
  readonly overdue?: boolean | undefined
  readonly type?: string | undefined
  readonly memberRef?: string | undefined
  readonly after?: { readonly key: string; readonly id: string } | undefined
  readonly limit: number
  /** The Amsterdam day. */
  readonly today: string
}

/** With the value that a page goes on from. */
export type ListedRequest = RequestRow & { readonly cursor_key: string }

/** Literals, so that a plan sees that the partial index of the queue covers them. */
const OPEN = sql`state in ('received', 'identity_check', 'in_review', 'extended', 'decided')`
const UNANSWERED = sql`state in ('received', 'identity_check', 'in_review', 'extended')`

const conditions = ({ open, overdue, type, memberRef, today }: RequestFilter) => sql`
  ${open === undefined ? sql`true` : open ? OPEN : sql`not (${OPEN})`}
  and ${overdue === undefined ? sql`true` : overdue ? late(today) : sql`not (${late(today)})`}
  and ${type === undefined ? sql`true` : sql`${type} = any(types)`}
  and ${memberRef === undefined ? sql`true` : sql`member_ref = ${memberRef}`}`

const late = (today: string) => sql`(${OPEN} and ${UNANSWERED} and deadline < ${today}::date)`

const REGISTERED = sql`to_char(registered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** Requests of a member, or those that somebody filed; the last one first. */
export async function requestsOf(
  db: Database,
  whose: { readonly memberRef: string } | { readonly filedBy: string },
  filter: RequestFilter,
): Promise<ListedRequest[]> {
  const owner = 'memberRef' in whose ? sql`member_ref = ${whose.memberRef}` : sql`filed_by = ${whose.filedBy}`
  return newestFirst(db, owner, filter)
}

/** Requests that officers of these companies answer: the most urgent first as long as they are open. */
export async function queueOf(
  db: Database,
  entities: readonly string[],
  filter: RequestFilter,
): Promise<ListedRequest[]> {
  const mine = sql`entities && ${entities}::text[]`
  if (filter.open !== true) return newestFirst(db, mine, filter)
  const { after } = filter
  const { rows } = await sql<ListedRequest>`select *, deadline::text as cursor_key from privacy_request
    where ${mine} and ${conditions(filter)}
      and ${after ? sql`(deadline, id) > (${after.key}::date, ${after.id}::uuid)` : sql`true`}
    order by deadline, id limit ${filter.limit}`.execute(db)
  return rows
}

async function newestFirst(
  db: Database,
  whose: ReturnType<typeof sql>,
  filter: RequestFilter,
): Promise<ListedRequest[]> {
  const { after } = filter
  const { rows } = await sql<ListedRequest>`select *, ${REGISTERED} as cursor_key from privacy_request
    where ${whose} and ${conditions(filter)}
      and ${after ? sql`(registered_at, id) < (${after.key}::timestamptz, ${after.id}::uuid)` : sql`true`}
    order by registered_at desc, id desc limit ${filter.limit}`.execute(db)
  return rows
}

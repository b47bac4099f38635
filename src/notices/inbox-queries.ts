import { type RawBuilder, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { Reader } from './inbox.ts'
import type { Facts, NoticeKind } from './notice-kinds.ts'
import type { About } from './queue-notice.ts'

export interface NoticeRow {
  readonly id: string
  readonly kind: NoticeKind
  readonly aboutType: About['type']
  readonly aboutId: string | null
  readonly facts: Facts
  readonly createdAt: Date
  readonly readAt: Date | null
}

export interface NoticeFilter {
  readonly limit: number
  readonly unread: boolean
  readonly after: { readonly at: Date; readonly id: string } | undefined
}

/** Each way of being addressed has an index of its own, so each is asked for apart. */
const addressedTo = ({ memberRef, roles, entities }: Reader): RawBuilder<unknown>[] => [
  ...(memberRef === null ? [] : [sql`member_ref = ${memberRef}`]),
  ...(roles.length === 0 ? [] : [sql`role = any(${roles}::text[]) and entity = any(${entities}::text[])`]),
]

export async function listNotices(
  connection: Connection,
  reader: Reader,
  { limit, unread, after }: NoticeFilter,
): Promise<NoticeRow[]> {
  const ways = addressedTo(reader)
  if (ways.length === 0) return []
  const which = sql`${unread ? sql`and read_at is null` : sql``}
    ${after ? sql`and (created_at, id) < (${after.at}, ${after.id}::uuid)` : sql``}`
  const parts = ways.map(
    (way) =>
      sql`(select * from notice where ${way} ${which} order by created_at desc, id desc limit ${limit})`,
  )
  const { rows } = await sql<NoticeRow>`
    select id, kind, about_type as "aboutType", about_id as "aboutId", facts, created_at as "createdAt",
      read_at as "readAt" from (${sql.join(parts, sql` union all `)}) as mine
    order by created_at desc, id desc limit ${limit}`.execute(connection)
  return rows
}

export async function countUnread(connection: Connection, reader: Reader): Promise<number> {
  const ways = addressedTo(reader)
  if (ways.length === 0) return 0
  const parts = ways.map((way) => sql`(select count(*) from notice where ${way} and read_at is null)`)
  const { rows } = await sql<{ count: number }>`select ${sql.join(parts, sql` + `)} as count`.execute(
    connection,
  )
  return rows[0]?.count ?? 0
}

/** How many messages there were of those meant, and how many of them were not read before. */
export async function markRead(
  tx: Tx,
  reader: Reader,
  id: string | 'all',
  at: Date,
): Promise<{ known: number; read: number }> {
  const ways = addressedTo(reader)
  if (ways.length === 0) return { known: 0, read: 0 }
  const mine = sql`(${sql.join(
    ways.map((way) => sql`(${way})`),
    sql` or `,
  )})`
  const meant = id === 'all' ? sql`read_at is null` : sql`id = ${id}`
  const { rows: read } = await sql<{ id: string }>`update notice set read_at = ${at}
    where ${mine} and ${meant} and read_at is null returning id`.execute(tx)
  if (id === 'all' || read.length > 0) return { known: read.length, read: read.length }
  const { rows: known } = await sql`select from notice where ${mine} and id = ${id}`.execute(tx)
  return { known: known.length, read: 0 }
}

export async function deleteNoticesBefore(connection: Connection, before: Date): Promise<void> {
  await connection.deleteFrom('notice').where('created_at', '<', before).execute()
}

export async function unlinkNotices(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`update notice set about_id = null
    where about_id = any(${ids}::text[]) and about_type = 'recording'`.execute(tx)
}

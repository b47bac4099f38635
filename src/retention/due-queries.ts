import { sql } from 'kysely'
import type { Database } from '../db/database.ts'
import { isLiveAndFree } from './sweep-queries.ts'

export interface DueListRow {
  readonly id: string
  readonly entity: string
  readonly product: string | null
  readonly status: string
  readonly keep_until: string | null
  readonly due_at: Date | null
}

export interface DueFilter {
  readonly before: Date
  readonly entities: readonly string[]
  readonly after: { readonly dueAt: Date; readonly id: string } | undefined
  readonly limit: number
}

/**
 * Recordings that nothing keeps from a moment on, oldest first: what a sweep of that moment takes out
 * of use. Reads no more than a page of each entity.
 */
export async function dueBefore(
  db: Database,
  { before, entities, after, limit }: DueFilter,
): Promise<DueListRow[]> {
  const { rows } = await sql<DueListRow>`
    select one.* from unnest(${[...new Set(entities)]}::text[]) as own (entity)
    cross join lateral (
      select id, entity, product, status, keep_until, due_at from recording
      where recording.entity = own.entity and ${isLiveAndFree} and due_at < ${before}
        and (due_at, id) > (${after?.dueAt ?? '-infinity'}::timestamptz, ${after?.id ?? FIRST_ID}::uuid)
      order by due_at, id limit ${limit}
    ) one
    order by due_at, id limit ${limit}`.execute(db)
  return rows
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000'

import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import type { TagDates } from '../recordings/ends.ts'

/** What the dates of one recording follow from. */
export interface DatedRecording {
  readonly id: string
  readonly linkBy: string | null
  readonly tags: readonly (TagDates & { readonly purpose: string })[]
}

/** Those of the recordings that still have bytes, locked until the transaction ends. */
export async function lockDated(tx: Tx, ids: readonly string[]): Promise<DatedRecording[]> {
  const { rows } = await sql<DatedRecording>`
    with locked as materialized (
      select id, link_by from recording
      where id = any(${ids}::uuid[]) and status not in ('receiving', 'destroying', 'destroyed')
      order by id for update)
    select locked.id, locked.link_by as "linkBy",
      coalesce(json_agg(json_build_object('purpose', tag.purpose, 'state', tag.state,
        'retainUntil', tag.retain_until)) filter (where tag.purpose is not null), '[]') as tags
    from locked left join purpose_tag tag on tag.recording_id = locked.id
    group by locked.id, locked.link_by`.execute(tx)
  return rows
}

export interface NewDates {
  readonly id: string
  readonly keepUntil: string | null
  readonly dueAt: Date | null
}

/** Replaces the dates of many recordings and lets the store be told; one statement. */
export async function updateDates(tx: Tx, dates: readonly NewDates[], now: Date): Promise<void> {
  await sql`update recording set keep_until = n.keep_until, due_at = n.due_at, objects_changed_at = ${now}
    from unnest(${dates.map(({ id }) => id)}::uuid[], ${dates.map(({ keepUntil }) => keepUntil)}::date[],
      ${dates.map(({ dueAt }) => dueAt)}::timestamptz[]) as n (id, keep_until, due_at)
    where recording.id = n.id`.execute(tx)
}

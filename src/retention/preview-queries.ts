import { sql } from 'kysely'
import type { Database } from '../db/database.ts'
import { type ClassChange, changeRows, inClass, readAll } from './rule-class-queries.ts'

/** Which recordings, under which changes, and the days that are asked about. */
export interface Foresight {
  readonly changes: readonly ClassChange[]
  /** The last day of each change's tags once it is made. */
  readonly ends: readonly (string | null)[]
  readonly bySensitivity: boolean
  readonly entities: readonly string[]
  /** What ended before this day is due. */
  readonly day: string
}

/** Recordings that are alike in everything that is counted. */
export interface PreviewCell {
  readonly dueBefore: boolean
  readonly dueAfter: boolean
  readonly held: boolean
  readonly locked: boolean
  readonly restricted: boolean
  /** Index of the month in which it becomes due; 0 before the first, the length of the list after the last. */
  readonly monthBefore: number
  readonly monthAfter: number
  readonly count: number
}

const LIVE = sql`('processing', 'available', 'unplayable', 'unlinked')`

/**
 * Last days of every recording as stored and as the changes make them; `infinity` while a trigger is
 * awaited. One pass over the tags, and only when something changes.
 */
const foreseen = ({ changes, ends, bySensitivity, entities }: Foresight) => {
  const stored = sql`case when recording.due_at is null then 'infinity'
    else coalesce(recording.keep_until, '-infinity') end::date`
  const live = sql`recording.status in ${LIVE} and recording.entity = any(${entities})`
  if (changes.length === 0)
    return sql`foreseen as (select recording.*, ${stored} as ends_before, ${stored} as ends_after
      from recording where ${live})`
  const withEnds = changes.map((one, i) => ({
    ...one,
    change: { ...one.change, retainUntil: ends[i] ?? null },
  }))
  return sql`ended as (
      select tag.recording_id, max(coalesce(change.new_until, tag.retain_until, 'infinity')) as until
      from purpose_tag tag
      ${bySensitivity ? sql`join recording on recording.id = tag.recording_id` : sql``}
      left join (${changeRows(withEnds, bySensitivity)}) change on ${inClass(bySensitivity)} and tag.state in ('active', 'suspended')
      where tag.state not in ('withdrawn', 'objected')
      group by tag.recording_id),
    foreseen as (
      select recording.*, ${stored} as ends_before,
        coalesce(least(ended.until, recording.link_by), '-infinity') as ends_after
      from recording left join ended on ended.recording_id = recording.id
      where ${live})`
}

/** Counts every live recording of the entities once; some hundred rows, however many recordings. */
export async function previewCells(
  db: Database,
  foresight: Foresight,
  months: readonly string[],
): Promise<PreviewCell[]> {
  const { day } = foresight
  return readAll(db, async (tx) => {
    const { rows } = await sql<PreviewCell>`
      with ${foreseen(foresight)}
      select ends_before < ${day}::date as "dueBefore", ends_after < ${day}::date as "dueAfter",
        hold_count > 0 as held, lock_count > 0 as locked, restricted,
        width_bucket(ends_before + 1, ${months}::date[]) as "monthBefore",
        width_bucket(ends_after + 1, ${months}::date[]) as "monthAfter", count(*) as count
      from foreseen group by 1, 2, 3, 4, 5, 6, 7`.execute(tx)
    return rows
  })
}

export interface PreviewRow {
  readonly id: string
  readonly entity: string
  readonly dueBefore: boolean
  readonly dueAfter: boolean
  /** Null while a trigger is awaited. */
  readonly keepUntil: string | null
  readonly keepUntilAfter: string | null
}

export interface PreviewPage {
  readonly after: string | undefined
  readonly limit: number
  /** All that is due after the changes, instead of what they make a difference for. */
  readonly allDue: boolean
}

/** The recordings behind the counts, in the order of their ids. */
export async function previewRows(
  db: Database,
  foresight: Foresight,
  { after, limit, allDue }: PreviewPage,
): Promise<PreviewRow[]> {
  const before = sql`ends_before < ${foresight.day}::date`
  const then = sql`ends_after < ${foresight.day}::date`
  return readAll(db, async (tx) => {
    const { rows } = await sql<PreviewRow>`
      with ${foreseen(foresight)}
      select id, entity, ${before} as "dueBefore", ${then} as "dueAfter",
        case when isfinite(ends_before) then ends_before end as "keepUntil",
        case when isfinite(ends_after) then ends_after end as "keepUntilAfter"
      from foreseen
      where ${allDue ? then : sql`(${before}) <> (${then})`}
        ${after === undefined ? sql`` : sql`and id > ${after}::uuid`}
      order by id limit ${limit}`.execute(tx)
    return rows
  })
}

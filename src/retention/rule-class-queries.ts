import { sql } from 'kysely'
import type { Database, Tx } from '../db/database.ts'
import type { TagChange, TagClass } from './rule-change.ts'

/** Tags that still count, and so can change. */
const COUNTING = sql`('pending_trigger', 'active', 'suspended')`
const LIVE = sql`('processing', 'available', 'unplayable', 'unlinked')`

/**
 * The classes into which all tags fall that still count: some thousands, however many recordings.
 * Sensitivities tell classes apart only when asked for, because they cost a look at every recording.
 */
export async function tagClasses(db: Database, bySensitivity: boolean): Promise<TagClass[]> {
  const sensitivity = bySensitivity ? sql`recording.sensitivity` : sql`'{}'::text[]`
  const joined = bySensitivity ? sql`join recording on recording.id = tag.recording_id` : sql``
  return readAll(db, async (tx) => {
    const { rows } = await sql<TagClass>`
    select tag.product, ${sensitivity} as sensitivity, tag.rule_id as "ruleId",
      tag.rule_version as "ruleVersion", tag.trigger_date as "triggerDate", tag.retain_until as "retainUntil"
    from purpose_tag tag ${joined}
    where tag.state in ${COUNTING}
    group by tag.rule_id, tag.rule_version, tag.product, tag.trigger_date, tag.retain_until
      ${bySensitivity ? sql`, recording.sensitivity` : sql``}`.execute(tx)
    return rows
  })
}

/**
 * Reads everything in one go: in memory, on more than one core, and by hashing, where the planner, which
 * cannot know how few classes there are, would sort on disk. For this transaction only.
 */
export const readAll = <T>(db: Database, read: (tx: Tx) => Promise<T>): Promise<T> =>
  db
    .transaction()
    .setAccessMode('read only')
    .execute(async (tx) => {
      await sql`select set_config(name, value, true) from (values ('work_mem', '256MB'), ('jit', 'off'),
        ('max_parallel_workers_per_gather', '2'), ('parallel_setup_cost', '100'), ('parallel_tuple_cost', '0.001'),
        ('enable_nestloop', 'off'), ('enable_mergejoin', 'off')) as setting (name, value)`.execute(tx)
      return read(tx)
    })

export interface ClassChange {
  readonly tag: TagClass
  readonly change: TagChange
}

/** Changes as rows that tags can be joined with; `infinity` stands for a day that is not known. */
export const changeRows = (changes: readonly ClassChange[], bySensitivity: boolean) => {
  const column = <T>(of: (one: ClassChange) => T) => changes.map(of)
  const sensitivity = bySensitivity
    ? column(({ tag }) => JSON.stringify(tag.sensitivity))
    : column(() => null)
  return sql`select product, rule_id, rule_version, coalesce(trigger_date, 'infinity') as trigger_date,
      coalesce(retain_until, 'infinity') as retain_until, sensitivity::jsonb as sensitivity,
      new_id, new_version, new_until, new_minimum, new_disposition, new_review
    from unnest(${column(({ tag }) => tag.product)}::text[], ${column(({ tag }) => tag.ruleId)}::text[], ${column(({ tag }) => tag.ruleVersion)}::int[],
      ${column(({ tag }) => tag.triggerDate)}::date[], ${column(({ tag }) => tag.retainUntil)}::date[],
      ${sensitivity}::text[],
      ${column(({ change }) => change.rule.id)}::text[], ${column(({ change }) => change.rule.version)}::int[],
      ${column(({ change }) => change.retainUntil)}::date[], ${column(({ change }) => change.minUntil)}::date[],
      ${column(({ change }) => change.rule.disposition)}::text[],
      ${column(({ change }) => change.rule.review)}::boolean[])
    as given (product, rule_id, rule_version, trigger_date, retain_until, sensitivity,
      new_id, new_version, new_until, new_minimum, new_disposition, new_review)`
}

/** Where a tag falls into the class of a change. */
export const inClass = (bySensitivity: boolean) => sql`change.rule_id = tag.rule_id
  and change.rule_version = tag.rule_version and change.product = tag.product
  and change.trigger_date = coalesce(tag.trigger_date, 'infinity')
  and change.retain_until = coalesce(tag.retain_until, 'infinity')
  ${bySensitivity ? sql`and change.sensitivity = to_jsonb(recording.sensitivity)` : sql``}`

/** Where the last batch ended. */
export interface Place {
  readonly recordingId: string
  readonly purpose: string
}

export interface Batch {
  readonly changes: readonly ClassChange[]
  readonly bySensitivity: boolean
  readonly after: Place
  readonly limit: number
}

/** Changes the next tags in the order of their recordings, of those that nobody is destroying. */
export async function changeTags(tx: Tx, { changes, bySensitivity, after, limit }: Batch): Promise<Place[]> {
  const { rows } = await sql<Place>`
    with change as materialized (${changeRows(changes, bySensitivity)}),
    batch as materialized (
      select tag.recording_id, tag.purpose, change.new_id, change.new_version, change.new_until,
        change.new_minimum, change.new_disposition, change.new_review
      from purpose_tag tag
      join recording on recording.id = tag.recording_id
      join change on ${inClass(bySensitivity)}
      where (tag.recording_id, tag.purpose) > (${after.recordingId}::uuid, ${after.purpose})
        and tag.state in ${COUNTING} and recording.status in ${LIVE}
      order by tag.recording_id, tag.purpose
      limit ${limit}
      for update of recording, tag)
    update purpose_tag tag
    set rule_id = batch.new_id, rule_version = batch.new_version, retain_until = batch.new_until,
      min_until = batch.new_minimum, disposition = batch.new_disposition, review = batch.new_review
    from batch
    where tag.recording_id = batch.recording_id and tag.purpose = batch.purpose
    returning tag.recording_id as "recordingId", tag.purpose`.execute(tx)
  return rows.sort((a, b) => compare(a.recordingId, b.recordingId) || compare(a.purpose, b.purpose))
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b)

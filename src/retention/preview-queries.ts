import { sql } from 'kysely'
import type { Database, Tx } from '../db/database.ts'
import type { Counted } from './preview-ends.ts'

/** The class of the recordings that no purpose keeps; no class has this id. */
export const KEPT_BY_NOTHING = '00000000-0000-0000-0000-000000000000'

const LIVE = sql`('processing', 'available', 'unplayable', 'unlinked')`

/** One moment for all that is read, the planner told that indexes are in memory, and room to count there; changes nothing. */
export const readAtOnce = <T>(db: Database, read: (tx: Tx) => Promise<T>): Promise<T> =>
  db
    .transaction()
    .setAccessMode('read only')
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      await sql`select set_config(name, value, true) from (values ('jit', 'off'), ('random_page_cost', '1.1'),
        ('work_mem', '64MB'), ('max_parallel_workers_per_gather', '2')) as setting (name, value)`.execute(tx)
      return read(tx)
    })

export interface EndsClass {
  readonly id: string
  /** What the ends follow from, as `foreseer` reads it. */
  readonly brief: string
}

/** Every class there ever was, some of them twice. */
export async function endsClasses(tx: Tx): Promise<readonly EndsClass[]> {
  const { rows } = await sql<EndsClass>`select id, brief from ends_class`.execute(tx)
  return rows
}

/** Counts every live recording of the entities once, in an index that lists each class but once. */
export async function countClasses(tx: Tx, entities: readonly string[]): Promise<readonly Counted[]> {
  const { rows } = await sql<Counted>`
    select coalesce(ends_class, ${KEPT_BY_NOTHING}) as id, hold_count > 0 as held, lock_count > 0 as locked,
      restricted, count(*) as count
    from recording where status in ${LIVE} and entity = any(${entities})
    group by ends_class, 2, 3, restricted`.execute(tx)
  return rows
}

export interface ClassMember {
  readonly id: string
  readonly entity: string
  readonly classId: string
}

export interface MembersWanted {
  readonly classes: readonly string[]
  readonly entities: readonly string[]
  /** The last one of the page before. */
  readonly after: string | undefined
  readonly limit: number
}

/** The live recordings of classes in the order of their ids: the first few of every class, and of those the first. */
export async function membersOf(tx: Tx, wanted: MembersWanted): Promise<readonly ClassMember[]> {
  const { classes, entities, after = KEPT_BY_NOTHING, limit } = wanted
  const first = (ofClass: ReturnType<typeof sql>) => sql`(select id, entity from recording
    where ${ofClass} and status in ${LIVE} and entity = any(${entities}) and id > ${after}::uuid
    order by id limit ${limit})`
  const unclassed = sql`select id, entity, ${KEPT_BY_NOTHING}::uuid as class from ${first(sql`ends_class is null`)} one`
  // The planner takes all classes for small ones and would sort whole classes, where an index has the first few in order.
  await sql`select set_config('enable_sort', 'off', true)`.execute(tx)
  const { rows } = await sql<ClassMember>`
    select id, entity, class as "classId" from (
      select one.id, one.entity, wanted.class from unnest(${classes}::uuid[]) as wanted (class)
        cross join lateral ${first(sql`ends_class = wanted.class`)} one
      ${classes.includes(KEPT_BY_NOTHING) ? sql`union all ${unclassed}` : sql``}
    ) found order by id limit ${limit}`.execute(tx)
  return rows
}

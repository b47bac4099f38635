import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import { entitiesWith } from '../db/loose-scan.ts'
import { dayOf } from '../kernel/calendar.ts'
import { approvedAt } from './approval-queries.ts'
import { type Approved, type BreakerLimits, enoughInUse, type Load } from './breaker.ts'
import { isLiveAndFree } from './sweep-queries.ts'

/** What is due in every entity at a moment; its cost is that of what is due. */
export async function loadsAt(connection: Connection, now: Date, limits: BreakerLimits): Promise<Load[]> {
  const { rows } = await sql<{ entity: string; due: number }>`
    select entity.name as entity, one.due
    from (${entitiesWith(isLiveAndFree)}) entity
    cross join lateral (
      select count(*) as due from recording
      where entity = entity.name and ${isLiveAndFree} and due_at <= ${now}
    ) one
    where one.due > 0`.execute(connection)
  const [approved, today] = [await approvedAt(connection, now), await leftUseToday(connection, now)]
  const loads: Load[] = []
  for (const { entity, due } of rows) {
    const cover = await bestCover(connection, entity, approved.get(entity) ?? [])
    const load = { entity, due, ...cover, today: today.get(entity) ?? 0 }
    const leaving = due - cover.covered + load.today
    const live =
      leaving > limits.few ? await countLive(connection, entity, enoughInUse(leaving, limits)) : due
    loads.push({ ...load, live })
  }
  return loads
}

/** The approval that covers most of what is due, and how much that is. */
async function bestCover(connection: Connection, entity: string, approvals: readonly Approved[]) {
  let best: { approved: Approved | null; covered: number } = { approved: null, covered: 0 }
  for (const approved of approvals) {
    const { rows } = await sql<{ due: number }>`
      select count(*) as due from recording
      where entity = ${entity} and ${isLiveAndFree} and due_at <= ${approved.before}`.execute(connection)
    const covered = Math.min(rows[0]?.due ?? 0, approved.left)
    if (covered > best.covered) best = { approved, covered }
  }
  return best
}

/** Recordings of an entity in use, counted no further than `most`. */
export async function countLive(connection: Connection, entity: string, most?: number): Promise<number> {
  const { rows } = await sql<{ live: number }>`
    select count(*) as live from (
      select from recording where entity = ${entity} and ${isLiveAndFree} limit ${most ?? null}
    ) one`.execute(connection)
  return rows[0]?.live ?? 0
}

const TALLY = 'left_use_unapproved:'

/** By entity, how many left use on the Amsterdam day of a moment without an approval. */
async function leftUseToday(connection: Connection, now: Date): Promise<Map<string, number>> {
  const rows = await connection
    .selectFrom('fact')
    .select(['name', 'value'])
    .where('name', 'like', `${TALLY}%`)
    .where('value', 'like', `${dayOf(now)} %`)
    .execute()
  return new Map(
    rows.map(({ name, value }) => [name.slice(TALLY.length), Number(value.slice(value.indexOf(' ')))]),
  )
}

/** Adds to the day's tally; it is in the database, so that no restart starts it again. */
export async function tallyLeftUse(tx: Tx, entity: string, count: number, now: Date): Promise<void> {
  const day = dayOf(now)
  await sql`
    insert into fact (name, value) values (${TALLY + entity}, ${`${day} ${count}`})
    on conflict (name) do update set value = case
      when split_part(fact.value, ' ', 1) = ${day}
        then ${`${day} `} || (split_part(fact.value, ' ', 2)::integer + ${count})
      else excluded.value end`.execute(tx)
}

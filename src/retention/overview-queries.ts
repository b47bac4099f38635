import { type RawBuilder, sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import { DAY } from '../kernel/units.ts'
import { isLiveAndFree } from './sweep-queries.ts'

/** What the overview counts beside what needs attention. */
export const FIGURES = [
  'stored',
  'due',
  'due_in_week',
  'due_in_month',
  'held',
  'restricted',
  'quarantined',
  'unlinked',
  'unplayable',
  'parked',
  'open_holds',
] as const

export type FigureName = (typeof FIGURES)[number]

export interface Figure<Name extends string = FigureName> {
  readonly entity: string
  readonly name: Name
  readonly count: number
}

type Counted = (now: Date) => RawBuilder<unknown>

const dueBy =
  (days: number): Counted =>
  (now) =>
    sql`select entity from recording where ${isLiveAndFree} and due_at <= ${new Date(now.getTime() + days * DAY)}`

/** Literals, because they must match the partial index. */
const setAside =
  (status: 'quarantined' | 'unlinked' | 'unplayable'): Counted =>
  () =>
    sql`select entity from recording where status in ('unplayable', 'unlinked', 'quarantined')
      and status = ${sql.lit(status)}`

/** Each reads an index of just those that it counts; none looks at all that is stored. */
const COUNTED: Record<Exclude<FigureName, 'stored'>, Counted> = {
  due: dueBy(0),
  due_in_week: dueBy(7),
  due_in_month: dueBy(30),
  held: () => sql`select entity from recording where hold_count > 0`,
  restricted: () => sql`select entity from recording where restricted`,
  quarantined: setAside('quarantined'),
  unlinked: setAside('unlinked'),
  unplayable: setAside('unplayable'),
  parked: () => sql`select distinct r.id, r.entity from audio_work w join recording r on r.id = w.recording_id
    where w.state = 'parked'`,
  open_holds: () => sql`select entity from hold where released_at is null`,
}

/** By entity, how many there are; an entity with none is not named. */
export async function countFigures(
  connection: Connection,
  now: Date,
  entities: readonly string[],
): Promise<Figure[]> {
  const parts = FIGURES.map((name) =>
    name === 'stored'
      ? storedOf(entities)
      : sql`select f.entity, ${sql.lit(name)} as name, count(*)::integer as count
          from (${COUNTED[name](now)}) f where f.entity = any(${entities}) group by f.entity`,
  )
  const { rows } = await sql<Figure>`${sql.join(parts, sql` union all `)}`.execute(connection)
  return rows
}

/** The days that are added up, and what is not added to them yet. */
const moved = (entities: readonly string[]) => sql`(
  select entity, day, received, destroyed from stock_day where entity = any(${entities})
  union all
  select entity, day, received, destroyed from stock_movement where entity = any(${entities})) moved`

const storedOf = (entities: readonly string[]) => sql`
  select entity, 'stored' as name, sum(received - destroyed)::integer as count from ${moved(entities)} group by entity`

/** What came and went on a day; everything before the asked days is one of them, without a day. */
export interface Movement {
  readonly day: string | null
  readonly received: number
  readonly destroyed: number
}

/** Only days on which something came or went, oldest first. */
export async function movementsFrom(
  connection: Connection,
  entities: readonly string[],
  from: string,
): Promise<Movement[]> {
  const { rows } = await sql<Movement>`
    select (case when day >= ${from}::date then day end)::text as day,
      sum(received)::integer as received, sum(destroyed)::integer as destroyed
    from ${moved(entities)} group by 1 order by 1 nulls first`.execute(connection)
  return rows
}

/** How many become due on each day of a stretch of time; its cost is that of what becomes due in it. */
export async function dueByDay(
  connection: Connection,
  entities: readonly string[],
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<{ readonly day: string; readonly due: number }[]> {
  const { rows } = await sql<{ day: string; due: number }>`
    select (due_at at time zone 'Europe/Amsterdam')::date::text as day, sum(due)::integer as due
    from (select due_at, count(*) as due from recording
      where entity = any(${entities}) and ${isLiveAndFree} and due_at >= ${from} and due_at < ${to}
      group by due_at) moments
    group by 1 order by 1`.execute(connection)
  return rows
}

/** Adds to the days what came and went since the last time. */
export async function addUpMovements(connection: Connection): Promise<void> {
  await sql`
    with taken as (delete from stock_movement returning entity, day, received, destroyed)
    insert into stock_day (entity, day, received, destroyed)
    select entity, day, sum(received), sum(destroyed) from taken group by entity, day order by entity, day
    on conflict (entity, day) do update set
      received = stock_day.received + excluded.received, destroyed = stock_day.destroyed + excluded.destroyed`.execute(
    connection,
  )
}

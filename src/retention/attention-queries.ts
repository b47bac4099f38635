import { type RawBuilder, sql } from 'kysely'
import type { Connection } from '../db/database.ts'

/** What a person has to look at, because nothing ends it by itself. */
export const CONCERNS = [
  'open_triggers',
  'holds_past_review',
  'locks_past_review',
  'restricted_overdue',
  'overdue',
  'damaged',
] as const

export type ConcernName = (typeof CONCERNS)[number]

/** How many there are, and the first of them, oldest first; `id` is that of the recording, or of the hold. */
export interface Concern {
  readonly count: number
  readonly items: readonly { readonly id: string; readonly since: string; readonly purpose?: string }[]
}

export interface AttentionMoment {
  /** The Amsterdam day. */
  readonly today: string
  /** Recordings due before this, and not quarantined or destroyed in time, are overdue. */
  readonly overdueBefore: Date
  /** Quarantined before this, and not destroyed in time. */
  readonly quarantinedBefore: Date
}

const FIRST = 100

type Found = RawBuilder<unknown>

const day = (text: string) => sql`${text}::date`
/** With bytes that somebody still keeps. */
const hasBytes = sql`r.status not in ('receiving', 'destroyed')`

const FINDERS: Record<ConcernName, (moment: AttentionMoment) => Found> = {
  open_triggers: ({ today }) => sql`select r.id, t.open_until::text as since, t.purpose, r.entity
    from purpose_tag t join recording r on r.id = t.recording_id
    where t.state = 'pending_trigger' and t.open_until < ${day(today)} and ${hasBytes}`,
  holds_past_review: ({ today }) => sql`select r.id, r.review_by::text as since, null as purpose, r.entity
    from hold r where r.released_at is null and r.review_by < ${day(today)}`,
  locks_past_review: ({
    today,
  }) => sql`select r.id, min(l.review_by)::text as since, null as purpose, r.entity
    from request_lock l join recording r on r.id = l.recording_id
    where l.review_by < ${day(today)} and ${hasBytes} group by r.id, r.entity`,
  // Nothing sweeps them, and so nothing would ever tell.
  restricted_overdue: ({
    overdueBefore,
  }) => sql`select r.id, r.due_at::date::text as since, null as purpose, r.entity
    from recording r where r.restricted and r.due_at < ${overdueBefore} and ${hasBytes}`,
  overdue: ({ overdueBefore, quarantinedBefore }) => sql`
    select r.id, r.due_at::date::text as since, null as purpose, r.entity from recording r
      where r.status in ('processing', 'available', 'unplayable', 'unlinked') and r.is_free and r.due_at < ${overdueBefore}
    union all
    select r.id, r.quarantined_at::date::text, null, r.entity from recording r
      where r.status = 'quarantined' and r.is_free and r.quarantined_at < ${quarantinedBefore}
    union all
    select r.id, coalesce(r.quarantined_at, r.due_at)::date::text, null, r.entity from recording r
      where r.status = 'destroying' and coalesce(r.quarantined_at, r.due_at) < ${quarantinedBefore}`,
  damaged: () => sql`
    select r.id, min(f.found_at at time zone 'Europe/Amsterdam')::date::text as since, null as purpose, r.entity
    from integrity_finding f join recording r on r.id = f.recording_id where ${hasBytes} group by r.id, r.entity`,
}

/** One concern for some entities, or for all. */
export async function findConcern(
  connection: Connection,
  name: ConcernName,
  moment: AttentionMoment,
  entities: readonly string[] | 'all',
): Promise<Concern> {
  const scope = entities === 'all' ? sql`true` : sql`f.entity = any(${entities})`
  const { rows } = await sql<{ id: string; since: string; purpose: string | null; count: number }>`
    with found as materialized (select id, since, purpose from (${FINDERS[name](moment)}) f where ${scope})
    select id, since, purpose, (select count(*) from found)::integer as count
    from found order by since, id limit ${FIRST}`.execute(connection)
  return {
    count: rows[0]?.count ?? 0,
    items: rows.map(({ id, since, purpose }) => ({ id, since, ...(purpose === null ? {} : { purpose }) })),
  }
}

/** How many there are of each concern, by entity; an entity with nothing of it is not named. */
export async function countConcerns(
  connection: Connection,
  moment: AttentionMoment,
  entities: readonly string[],
): Promise<{ readonly entity: string; readonly name: ConcernName; readonly count: number }[]> {
  const parts = CONCERNS.map(
    (name) => sql`select f.entity, ${sql.lit(name)} as name, count(*)::integer as count
      from (${FINDERS[name](moment)}) f where f.entity = any(${entities}) group by f.entity`,
  )
  const { rows } = await sql<{ entity: string; name: ConcernName; count: number }>`
    ${sql.join(parts, sql` union all `)}`.execute(connection)
  return rows
}

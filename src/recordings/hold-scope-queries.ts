import { type RawBuilder, sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import type { Criteria, HoldScope } from './hold.ts'

/** Recordings that can be held: there are bytes, and nobody has claimed them for destruction. */
export const HOLDABLE = sql`('processing', 'available', 'unplayable', 'unlinked', 'quarantined')`

const midnight = (day: RawBuilder<unknown>) => sql`(${day})::timestamp at time zone 'Europe/Amsterdam'`

/** What each criterion says of the row `r`, given its value: used to find recordings, and to find the holds of one. */
const CRITERIA: Record<keyof Criteria, (value: RawBuilder<unknown>) => RawBuilder<boolean>> = {
  memberRef: (value) => sql`r.member_ref = ${value}`,
  policy: (value) => sql`(r.links ? 'policy' and r.links ->> 'policy' = ${value})`,
  claim: (value) => sql`(r.links ? 'claim' and r.links ->> 'claim' = ${value})`,
  complaint: (value) => sql`(r.links ? 'complaint' and r.links ->> 'complaint' = ${value})`,
  from: (value) => sql`r.started_at >= ${midnight(sql`${value}::date`)}`,
  to: (value) => sql`r.started_at < ${midnight(sql`${value}::date + 1`)}`,
  product: (value) => sql`r.product = ${value}`,
  team: (value) => sql`r.team = ${value}`,
  agentRef: (value) => sql`r.agent_ref = ${value}`,
  purpose: (value) =>
    sql`exists (select from purpose_tag t where t.recording_id = r.id and t.purpose = ${value})`,
}

/** Whether row `r` is in the scope. */
export function inScope(scope: HoldScope): RawBuilder<boolean> {
  if ('recordings' in scope) return sql`r.id = any(${scope.recordings}::uuid[])`
  const criteria = Object.entries('query' in scope ? scope.query : scope)
  const conditions = criteria
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => CRITERIA[name as keyof Criteria](sql`${value}::text`))
  // A scope without a condition would be everything there is.
  return conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` and `)})`
}

const stored = sql`coalesce(h.scope -> 'query', h.scope)`

/** Whether row `r` is in the scope of hold `h`, which covers whatever fits. */
const inStoredScope = sql<boolean>`(${sql.join(
  Object.entries(CRITERIA).map(([name, holds]) => {
    const value = sql`(${stored} ->> ${sql.lit(name)})`
    return sql`(${value} is null or ${holds(value)})`
  }),
  sql` and `,
)})`

/** Open holds that also cover the future and fit this recording. */
export async function futureHoldsOf(connection: Connection, recordingId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select h.id from hold h join recording r on r.entity = h.entity
    where r.id = ${recordingId} and h.released_at is null and h.future_matching and ${inStoredScope}
    order by h.id`.execute(connection)
  return rows.map(({ id }) => id)
}

export interface Covered {
  readonly id: string
  readonly entity: string
  readonly scope: HoldScope
}

/** Recordings in the scope of a hold that can be held and are not yet under it. */
export async function uncovered(connection: Connection, hold: Covered): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from recording r
    where r.entity = ${hold.entity} and r.status in ${HOLDABLE} and ${inScope(hold.scope)}
      and not exists (select from hold_recording l where l.hold_id = ${hold.id} and l.recording_id = r.id)
    order by r.id`.execute(connection)
  return rows.map(({ id }) => id)
}

export interface TooLate {
  readonly recordingId: string
  readonly status: 'destroying' | 'destroyed'
  /** Number of the certificate; null while there is none. */
  readonly certificateNo: number | null
}

/** Recordings in the scope whose destruction was first. Of a destroyed one nothing but its id can fit. */
export async function tooLate(
  connection: Connection,
  { entity, scope }: Omit<Covered, 'id'>,
): Promise<TooLate[]> {
  const { rows } = await sql<TooLate>`
    select r.id as "recordingId", r.status, c.no as "certificateNo"
    from recording r left join certificate c on c.recording_id = r.id
    where r.entity = ${entity} and ${inScope(scope)}
      and r.status in ${'recordings' in scope ? sql`('destroying', 'destroyed')` : sql`('destroying')`}
    order by r.id`.execute(connection)
  return rows
}

/** The entities, of those given, to which these recordings belong. */
export async function entitiesOf(
  connection: Connection,
  ids: readonly string[],
  entities: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ entity: string }>`select distinct entity from recording
    where id = any(${ids}::uuid[]) and entity = any(${entities})`.execute(connection)
  return rows.map(({ entity }) => entity)
}

import { type RawBuilder, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { CalendarDay } from '../kernel/calendar.ts'
import { TRAINING, UNFIT } from '../recordings/training-use.ts'
import type { PoolCall } from './draw.ts'

/** Why a call is out of training. The order is that in which one of several reasons is told. */
export const OBSTACLES = ['gone', 'objected', 'purpose_over', 'sensitive', 'restricted', 'held'] as const
export type Obstacle = (typeof OBSTACLES)[number]

/**
 * What keeps recording `r`, with its training tag `t`, out of training today; null for nothing. The draw and
 * the withdrawal ask the same. Payment cards, health, crime and children are out whatever the purposes say,
 * and so is evidence in a dispute.
 */
export const obstacle = (today: CalendarDay): RawBuilder<Obstacle | null> => sql`case
  when r.id is null or r.status not in ('processing', 'available', 'unplayable', 'quarantined') then 'gone'
  when t.state in ('objected', 'withdrawn', 'suspended') or exists (select from member_preference p
    where p.member_ref = r.member_ref and p.kind = 'training' and not p.allowed) then 'objected'
  when t.state is null or t.state = 'expired' or r.status = 'quarantined' or t.retain_until < ${today}::date
    or (t.state = 'active' and t.retain_until is null) then 'purpose_over'
  when r.sensitivity && ${[...UNFIT]}::text[] then 'sensitive'
  when r.restricted then 'restricted'
  when r.hold_count > 0 then 'held' end`

/** Which calls a coach asks for. */
export interface Criteria {
  readonly entity: string
  readonly team: string | null
  readonly agentRef: string | null
  readonly product: string | null
  /** First and last day on which the call began, in Amsterdam. */
  readonly from: CalendarDay
  readonly to: CalendarDay
}

export interface PoolMoment {
  readonly today: CalendarDay
  readonly startedFrom: Date
  readonly startedBefore: Date
  /** Calls that began later are too fresh. */
  readonly settledBefore: Date
  /** Notices that told the caller of training. */
  readonly notices: readonly string[]
}

export interface PoolRow extends PoolCall {
  /** Last day of the purpose; null while it is not known. */
  readonly retainUntil: CalendarDay | null
}

export type PoolObstacle = Obstacle | 'notAnnounced' | 'tooRecent'

/** The calls that may be drawn, and how many like them may not, by reason. Cost is that of the period. */
export async function findPool(
  connection: Connection,
  criteria: Criteria,
  moment: PoolMoment,
): Promise<{ pool: PoolRow[]; leftOut: ReadonlyMap<PoolObstacle, number> }> {
  const { rows } = await poolQuery(criteria, moment).execute(connection)
  const leftOut = new Map<PoolObstacle, number>()
  const pool: PoolRow[] = []
  for (const { why, ...call } of rows) {
    if (why === null) pool.push(call)
    else leftOut.set(why, (leftOut.get(why) ?? 0) + 1)
  }
  return { pool, leftOut }
}

/** For `explain` as well. */
export const poolQuery = (
  { entity, team, agentRef, product }: Criteria,
  { today, startedFrom, startedBefore, settledBefore, notices }: PoolMoment,
) => sql<PoolRow & { readonly why: PoolObstacle | null }>`
  select r.id as "recordingId", r.agent_ref as "agentRef", r.member_ref as "memberRef",
    t.retain_until as "retainUntil", coalesce(${obstacle(today)}, case
      when r.notice_version is null or r.notice_version <> all(${[...notices]}::text[]) then 'notAnnounced'
      when r.started_at > ${settledBefore} then 'tooRecent' end) as why
  from recording r
  join purpose_tag t on t.recording_id = r.id and t.purpose = ${TRAINING} and t.state <> 'expired'
    and (t.retain_until >= ${today}::date or t.retain_until is null)
  where r.entity = ${entity} and r.started_at >= ${startedFrom} and r.started_at < ${startedBefore}
    and r.status = 'available' and r.member_ref is not null and r.agent_ref is not null
    ${team === null ? sql`` : sql`and r.team = ${team}`}
    ${agentRef === null ? sql`` : sql`and r.agent_ref = ${agentRef}`}
    ${product === null ? sql`` : sql`and r.product = ${product}`}`

const DRAW_LOCK = 0x4c44_5257

/** One draw at a time, until the transaction ends: two at once could pass the limits that each of them keeps. */
export async function awaitOtherDraws(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${DRAW_LOCK})`.execute(tx)
}

/** How many calls of each agent were drawn since a moment, over all samples, withdrawn ones too. */
export async function countDrawnSince(
  connection: Connection,
  agentRefs: readonly string[],
  since: Date,
): Promise<Map<string, number>> {
  const { rows } = await sql<{ agentRef: string; drawn: number }>`
    select item.agent_ref as "agentRef", count(*) as drawn
    from training_sample sample join training_item item on item.sample_id = sample.id
    where sample.drawn_at >= ${since} and item.agent_ref = any(${agentRefs}::text[])
    group by item.agent_ref`.execute(connection)
  return new Map(rows.map(({ agentRef, drawn }) => [agentRef, drawn]))
}

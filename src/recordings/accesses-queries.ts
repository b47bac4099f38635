import { type RawBuilder, sql } from 'kysely'
import type { NameRequestState } from '../db/account-schema.ts'
import type { Database } from '../db/database.ts'

/** Everything that one person heard on one day for one purpose and case, or copied. */
export interface AccessRow {
  readonly recording_id: string
  /** That of the first event: the line keeps it, whatever is heard later that day. */
  readonly id: string
  readonly first_at: Date
  readonly last_at: Date
  readonly type: string
  readonly actor_sub: string | null
  readonly actor_roles: string[]
  readonly purpose: string | null
  readonly case_ref: string | null
  readonly break_glass: boolean
  /** Last day on which the member does not see the line, `YYYY-MM-DD`. */
  readonly withheld_until: string | null
  /** Sum of the shares of the audio that were sent, so a part heard twice counts twice; null: no end was recorded. */
  readonly share: number | null
}

/** Where a list that is sorted by time, newest first, goes on; `id` tells apart what happened in one instant. */
export interface LinesAfter {
  readonly at: Date
  readonly id: string
}

/** Which part of a list is read: so many lines at most, after a place in it. */
export interface LinesPage {
  readonly limit: number
  readonly after?: LinesAfter | undefined
}

const FIRST: LinesPage = { limit: 1000 }

const isAfter = (after: LinesAfter | undefined, at: RawBuilder<unknown>, id: RawBuilder<unknown>) =>
  after ? sql`(${at}, ${id}) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql`true`

/** Which lines of an investigation are withheld today (Art. 41 UAVG); what was not done for it is never. */
const WITHHELD_UNTIL = (today: string) => sql`case when e.purpose = 'fraud_prevention' then (
  select max(w.withheld_until) from withheld_access w
  where w.entity = r.entity and w.case_ref = e.case_ref and w.approved_at is not null and w.lifted_at is null
    and w.withheld_until >= ${today}::date) end`

const FIRST_EVENT = sql`(array_agg(begun.id order by begun.occurred_at, begun.id))[1]`

/**
 * Deliveries of recordings, newest first. What one person did on one Amsterdam day is one line of the
 * recording with its first time; somebody whose name was erased is nobody, so those lines stay apart by playback. `withheld`: also what the
 * member does not see on this day.
 */
export async function findAccesses(
  db: Database,
  recordingIds: readonly string[],
  { today, withheld }: { readonly today: string; readonly withheld: boolean },
  { limit, after }: LinesPage = FIRST,
): Promise<AccessRow[]> {
  const { rows } = await sql<AccessRow>`
    with begun as (
      select e.*, (e.occurred_at at time zone 'Europe/Amsterdam')::date as day,
        coalesce(e.actor_sub, e.playback_id::text, e.detail ->> 'stream') as person,
        ${WITHHELD_UNTIL(today)} as withheld_until
      from audit_event e join recording r on r.id = e.recording_id
      where e.recording_id = any(${recordingIds}::uuid[]) and e.outcome = 'ok'
        and e.type in ('recording.audio_opened', 'recording.copied')
    )
    select begun.recording_id, ${FIRST_EVENT} as id,
      min(begun.occurred_at) as first_at, max(begun.occurred_at) as last_at, begun.type, begun.actor_sub,
      begun.actor_roles, begun.purpose, begun.case_ref, begun.detail ? 'breakGlass' as break_glass,
      max(begun.withheld_until)::text as withheld_until,
      sum((ended.detail ->> 'sent')::float8 / nullif((begun.detail ->> 'of')::float8, 0)) as share
    from begun
    left join audit_event ended on ended.recording_id = begun.recording_id
      and ended.type = 'recording.audio_delivered'
      and ended.detail ->> 'stream' = begun.detail ->> 'stream'
    where ${withheld} or begun.withheld_until is null
    group by begun.recording_id, begun.type, begun.day, begun.person, begun.actor_sub, begun.actor_roles, begun.purpose, begun.case_ref,
      begun.detail ? 'breakGlass'
    having ${isAfter(after, sql`max(begun.occurred_at)`, FIRST_EVENT)}
    order by last_at desc, id desc
    limit ${limit}`.execute(db)
  return rows
}

/** How long was heard, in seconds of a call of this length; null when it is not known. */
export const heardSeconds = ({ share }: AccessRow, seconds: number | null): number | null =>
  seconds === null || share === null ? null : Math.round(seconds * share)

export const AUTOMATIC_TASKS = ['prepared', 'silenced'] as const
export type AutomaticTask = (typeof AUTOMATIC_TASKS)[number]

export interface AutomaticRow {
  readonly recording_id: string
  readonly id: string
  readonly at: Date
  readonly task: AutomaticTask
}

/** When the service itself worked on the sound: made it playable, or took parts out. */
export async function findAutomatic(
  db: Database,
  recordingIds: readonly string[],
  { limit, after }: LinesPage = FIRST,
): Promise<AutomaticRow[]> {
  const { rows } = await sql<AutomaticRow>`
    select recording_id, id, occurred_at as at,
      case type when 'recording.decoded' then 'prepared' else 'silenced' end as task
    from audit_event where recording_id = any(${recordingIds}::uuid[]) and outcome = 'ok' and actor_roles = '{}'
      and type in ('recording.decoded', 'recording.audio_replaced')
      and ${isAfter(after, sql`occurred_at`, sql`id`)}
    order by occurred_at desc, id desc limit ${limit}`.execute(db)
  return rows
}

export interface AskedName {
  readonly access_id: string
  readonly state: NameRequestState
  readonly name: string | null
}

/** Lines of which the member asked for the name. */
export async function findAskedNames(
  db: Database,
  recordingIds: readonly string[],
  memberRef: string,
): Promise<Map<string, AskedName>> {
  const rows = await db
    .selectFrom('name_request')
    .select(['access_id', 'state', 'name'])
    .where(sql<boolean>`recording_id = any(${recordingIds}::uuid[])`)
    .where('member_ref', '=', memberRef)
    .execute()
  return new Map(rows.map((row) => [row.access_id, row]))
}

export interface DisclosedRow {
  readonly recording_id: string
  readonly at: Date
  readonly recipient: string
  readonly purpose: string
}

/** To whom outside the recording was given, by name; for the member without what is delayed on this day. */
export async function findDisclosed(
  db: Database,
  recordingIds: readonly string[],
  hiddenOn: string | null,
  { limit, after }: LinesPage = FIRST,
): Promise<DisclosedRow[]> {
  const { rows } = await sql<DisclosedRow>`
    select s.recording_id, s.opened_at as at, d.recipient_name as recipient, d.purpose
    from disclosure_recording s join disclosure d on d.id = s.disclosure_id
    where s.recording_id = any(${recordingIds}::uuid[]) and s.opened_at is not null
      and ${isAfter(after, sql`s.opened_at`, sql`s.recording_id`)}
      and (${hiddenOn}::date is null or d.delay_until is null or d.delay_until < ${hiddenOn}::date)
    order by s.opened_at desc, s.recording_id desc limit ${limit}`.execute(db)
  return rows
}

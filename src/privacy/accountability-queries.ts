import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import type { Disclosed } from './processing-record.ts'

/** What was given to others so far, by kind of recipient and country. */
export async function countDisclosed(
  connection: Connection,
  entities: readonly string[],
): Promise<Disclosed[]> {
  const { rows } = await sql<Disclosed>`
    select d.recipient_type as "recipientType", d.recipient_country as country, count(*)::integer as recordings
    from disclosure d join disclosure_recording s on s.disclosure_id = d.id
    where d.entity = any(${entities}::text[]) and s.opened_at is not null
    group by 1, 2 order by 1, 2`.execute(connection)
  return rows
}

export interface Volume {
  readonly sensitivity: string
  readonly recordings: number
}

/** Recordings in which something sensitive was found; one with two kinds of it counts with each. */
export async function countSensitive(connection: Connection, entities: readonly string[]): Promise<Volume[]> {
  const { rows } = await sql<Volume>`
    select s as sensitivity, sum(n)::integer as recordings from (
      select sensitivity, count(*) as n from recording
      where entity = any(${entities}::text[]) and sensitivity <> '{}' and status not in ('receiving', 'destroyed')
      group by sensitivity) grouped, unnest(grouped.sensitivity) s
    group by s order by s`.execute(connection)
  return rows
}

export interface Between {
  readonly from: Date
  readonly to: Date
}

export interface AccessCount {
  readonly roles: readonly string[]
  readonly purpose: string | null
  readonly act: 'listened' | 'copied'
  /** Of a call by one person; the many ranges of a player are one. */
  readonly times: number
}

/** How often calls were heard or copied, by role and purpose. */
export async function countAccesses(
  connection: Connection,
  entities: readonly string[],
  { from, to }: Between,
): Promise<AccessCount[]> {
  const { rows } = await sql<AccessCount>`
    select e.actor_roles as roles, e.purpose,
      case e.type when 'recording.copied' then 'copied' else 'listened' end as act,
      count(distinct coalesce(e.playback_id::text, e.detail ->> 'stream', e.id::text))::integer as times
    from audit_seal s join audit_event e on e.id = s.event_id join recording r on r.id = e.recording_id
    where s.type in ('recording.audio_opened', 'recording.copied')
      and s.occurred_at >= ${from} and s.occurred_at < ${to}
      and e.outcome = 'ok' and r.entity = any(${entities}::text[])
    group by 1, 2, 3 order by 3, 1, 2`.execute(connection)
  return rows
}

export interface Counted {
  readonly name: string
  readonly count: number
}

/** Emergency accesses, by what their review came to. */
export async function countEmergencies(
  connection: Connection,
  entities: readonly string[],
  { from, to }: Between,
): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    select coalesce(outcome, 'not_reviewed') as name, count(*)::integer as count from break_glass
    where entity = any(${entities}::text[]) and opened_at >= ${from} and opened_at < ${to}
    group by 1 order by 1`.execute(connection)
  return rows
}

/** What was noticed of staff, by kind. */
export async function countAnomalies(
  connection: Connection,
  entities: readonly string[],
  { from, to }: Between,
): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    select kind as name, count(*)::integer as count from staff_anomaly
    where entities && ${entities}::text[] and found_at >= ${from} and found_at < ${to}
    group by 1 order by 1`.execute(connection)
  return rows
}

import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'

/** Of which acts a breach is made up: of one account, one listening session, some recordings, or all in a time. */
export interface BreachScope {
  readonly from: Date
  readonly to: Date
  readonly actor?: string | undefined
  readonly playbackId?: string | undefined
  readonly recordingIds?: readonly string[] | undefined
  /** Whose recordings count; `all`: anybody's. */
  readonly entities: readonly string[] | 'all'
}

export interface BreachFacts {
  readonly recordings: number
  readonly members: number
  readonly recordingsWithoutMember: number
  readonly heard: number
  readonly copied: number
  readonly changed: number
  readonly copies: number
  readonly streamedSeconds: number
  readonly firstAt: Date | null
  readonly lastAt: Date | null
  readonly sensitivities: readonly {
    readonly sensitivity: string
    readonly recordings: number
    readonly members: number
  }[]
}

/**
 * What people did with recordings, and what outsiders opened of what was given to them. An account is found by
 * the seal's index, some recordings by theirs, and everything else by time.
 */
const actsIn = ({ from, to, actor, playbackId, recordingIds }: BreachScope) => sql`
  select e.recording_id, e.occurred_at, e.type, e.action, e.detail from audit_event e
  where e.occurred_at >= ${from} and e.occurred_at < ${to} and e.outcome = 'ok'
    and e.action in ('R', 'E', 'U', 'D')
    and (e.actor_roles <> '{}' or e.type in ('disclosure.audio_opened', 'disclosure.package_sent'))
    ${
      actor === undefined
        ? sql``
        : sql`and e.id in (select s.event_id from audit_seal s
            where s.actor_sub = ${actor} and s.occurred_at >= ${from} and s.occurred_at < ${to})`
    }
    ${playbackId === undefined ? sql`` : sql`and e.playback_id = ${playbackId}`}
    ${recordingIds === undefined ? sql`` : sql`and (e.recording_id = any(${recordingIds}::uuid[]) or e.type = 'package.fetched')`}`

/** A delivery whose end was never written counts with all that was asked for: rather too much than too little. */
const SHARE_SENT = sql`case when a.type = 'recording.audio_opened' then coalesce(
    (select (d.detail ->> 'sent')::float8 from audit_event d
      where d.recording_id = a.recording_id and d.occurred_at >= a.occurred_at
        and d.type = 'recording.audio_delivered' and d.detail ->> 'stream' = a.detail ->> 'stream' limit 1),
    (a.detail ->> 'length')::float8) / nullif((a.detail ->> 'of')::float8, 0) end`

/** One row for each recording; a package that was fetched in part counts with everything that is in it. */
const touchedIn = (scope: BreachScope) => sql`
  acts as materialized (${actsIn(scope)}),
  shares as (
    select a.recording_id, a.occurred_at, a.type, a.action, ${SHARE_SENT} as share from acts a
      where a.recording_id is not null
    union all
    select p.recording_id, a.occurred_at, a.type, a.action, null from acts a
      join package_recording p on p.package_id = (a.detail ->> 'package')::uuid
      where a.type = 'package.fetched'
      ${scope.recordingIds === undefined ? sql`` : sql`and p.recording_id = any(${scope.recordingIds}::uuid[])`}
  ),
  touched as materialized (
    select r.id, r.entity, r.member_ref,
      case when r.sensitivity = '{}' then array['not_assessed'] else r.sensitivity end as sensitivity,
      bool_or(s.type = 'recording.audio_opened') as heard,
      bool_or(s.action in ('U', 'D')) as changed,
      count(*) filter (where s.type in ('recording.copied', 'disclosure.audio_opened')) as copies,
      bool_or(s.type in ('recording.copied', 'package.fetched', 'disclosure.audio_opened')) as copied,
      sum(s.share) * coalesce(f.duration_ms / 1000.0, extract(epoch from r.ended_at - r.started_at), 0) as seconds,
      min(s.occurred_at) as first_at, max(s.occurred_at) as last_at
    from shares s join recording r on r.id = s.recording_id
    left join audio_facts f on f.recording_id = r.id
    ${scope.entities === 'all' ? sql`` : sql`where r.entity = any(${scope.entities}::text[])`}
    group by r.id, f.duration_ms
  )`

/** All of it in one answer, whatever the number of events. */
export async function countBreach(connection: Connection, scope: BreachScope): Promise<BreachFacts> {
  const { rows } = await sql<BreachFacts>`with ${touchedIn(scope)}
    select count(*)::integer as recordings, count(distinct member_ref)::integer as members,
      (count(*) filter (where member_ref is null))::integer as "recordingsWithoutMember",
      (count(*) filter (where heard))::integer as heard, (count(*) filter (where copied))::integer as copied,
      (count(*) filter (where changed))::integer as changed, coalesce(sum(copies), 0)::integer as copies,
      coalesce(round(sum(seconds)), 0)::integer as "streamedSeconds",
      min(first_at) as "firstAt", max(last_at) as "lastAt",
      coalesce((select json_agg(one order by one.sensitivity) from (
        select s as sensitivity, count(*)::integer as recordings, count(distinct t.member_ref)::integer as members
        from touched t, unnest(t.sensitivity) s group by s) one), '[]') as sensitivities
    from touched`.execute(connection)
  const [facts] = rows
  if (!facts) throw new TypeError('an aggregate has one row')
  return facts
}

export interface AffectedMember {
  readonly memberRef: string
  readonly entities: readonly string[]
  readonly recordings: number
  readonly sensitivities: readonly string[]
  readonly heard: boolean
  readonly copied: boolean
  readonly firstAt: Date
  readonly lastAt: Date
}

/** Whom to write to, by reference, a page at a time. */
export async function listAffected(
  connection: Connection,
  scope: BreachScope,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<AffectedMember[]> {
  const { rows } = await sql<AffectedMember>`with ${touchedIn(scope)}
    select member_ref as "memberRef", array_agg(distinct entity) as entities,
      count(distinct t.id)::integer as recordings, array_agg(distinct s) as sensitivities,
      bool_or(heard) as heard, bool_or(copied) as copied,
      min(first_at) as "firstAt", max(last_at) as "lastAt"
    from touched t, unnest(t.sensitivity) s
    where member_ref is not null ${after === undefined ? sql`` : sql`and member_ref > ${after}`}
    group by member_ref order by member_ref limit ${limit}`.execute(connection)
  return rows
}

/** How often the account asked for lists: what was on them is not known. */
export async function countLists(connection: Connection, scope: BreachScope): Promise<number> {
  const { rows } = await sql<{ lists: number }>`with acts as (${actsIn(scope)})
    select count(*)::integer as lists from acts
    where type in ('recording.listed', 'recording.searched')`.execute(connection)
  return rows[0]?.lists ?? 0
}

import { type Insertable, sql } from 'kysely'
import type { AuditActor } from '../audit/append.ts'
import type { Connection, Tx } from '../db/database.ts'
import type { AnomalyKind, StaffListeningTable } from '../db/oversight-schema.ts'

/** Takes the turn of one person until the end of the transaction, so that no two of their calls are counted apart. */
export async function lockActor(tx: Tx, actorSub: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('staff ' || ${actorSub}, 0))`.execute(tx)
}

/** A recording that is gone is noted by nobody. */
export async function noteListening(tx: Tx, row: Insertable<StaffListeningTable>): Promise<void> {
  await sql`
    insert into staff_listening (actor_sub, kind, recording_id, last_at)
    select ${row.actor_sub}, ${row.kind}, id, ${row.last_at} from recording where id = ${row.recording_id}
    on conflict (actor_sub, kind, recording_id) do update set last_at = excluded.last_at`.execute(tx)
}

/** What one person opened since an instant, and since an officer last acknowledged the same. */
export interface ListeningCounts {
  readonly members: number
  readonly recordings: number
  /** Of the member of the recording that is asked for now. */
  readonly withoutCase: number
}

export async function countListening(
  tx: Tx,
  actorSub: string,
  recordingId: string,
  since: Date,
): Promise<ListeningCounts> {
  const after = (kind: AnomalyKind) => sql`heard.last_at > greatest(${since}::timestamptz,
    (select max(acknowledged_at) from staff_anomaly where actor_sub = ${actorSub} and kind = ${kind}))`
  const { rows } = await sql<ListeningCounts>`
    select count(distinct recording.member_ref)
        filter (where heard.kind = 'heard' and ${after('many_members')})::integer as members,
      count(distinct heard.recording_id)
        filter (where heard.kind <> 'without_case' and ${after('many_recordings')})::integer as recordings,
      count(*) filter (where heard.kind = 'without_case' and ${after('without_case')} and recording.member_ref =
        (select member_ref from recording where id = ${recordingId}))::integer as "withoutCase"
    from staff_listening heard join recording on recording.id = heard.recording_id
    where heard.actor_sub = ${actorSub} and heard.last_at > ${since}`.execute(tx)
  return rows[0] ?? { members: 0, recordings: 0, withoutCase: 0 }
}

export interface NewAnomaly {
  readonly id: string
  readonly actor: AuditActor & { readonly entities: readonly string[] }
  readonly kind: AnomalyKind
  readonly count: number
  readonly threshold: number
  readonly blocks: boolean
  readonly at: Date
}

/** Records it; false when it is known and nobody has acknowledged it yet, and then only how far it went is kept. */
export async function noteAnomaly(tx: Tx, anomaly: NewAnomaly): Promise<boolean> {
  const { id, actor, kind, count, threshold, blocks, at } = anomaly
  const { rows } = await sql<{ isNew: boolean }>`
    insert into staff_anomaly (id, actor_sub, actor_roles, entities, kind, count, threshold, blocks, found_at, last_at)
    values (${id}, ${actor.sub}, ${[...actor.roles]}, ${[...actor.entities]}, ${kind}, ${count}, ${threshold},
      ${blocks}, ${at}, ${at})
    on conflict (actor_sub, kind) where acknowledged_at is null
      do update set last_at = excluded.last_at, count = case when excluded.kind = 'coach_search'
        then staff_anomaly.count + 1 else greatest(staff_anomaly.count, excluded.count) end
    returning (xmax = 0) as "isNew"`.execute(tx)
  return rows[0]?.isNew ?? false
}

/** Forgets what nobody counts any more. */
export async function forgetListening(connection: Connection, before: Date): Promise<number> {
  const { numDeletedRows } = await connection
    .deleteFrom('staff_listening')
    .where('last_at', '<', before)
    .executeTakeFirst()
  return Number(numDeletedRows)
}

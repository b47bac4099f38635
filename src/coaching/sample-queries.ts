import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { CalendarDay } from '../kernel/calendar.ts'
import type { Criteria } from './pool-queries.ts'

export interface NewSample {
  readonly id: string
  readonly entity: string
  readonly drawnBy: string
  readonly drawnAt: Date
  readonly seed: string
  readonly criteria: Criteria & { readonly size: number }
  readonly poolSize: number
  readonly poolSha256: string
  readonly excluded: Readonly<Record<string, number>>
  readonly endsOn: CalendarDay
  readonly coaches: readonly string[]
  readonly items: readonly {
    readonly recordingId: string
    readonly agentRef: string
    readonly stratum: string
    readonly endsOn: CalendarDay
  }[]
}

export async function insertSample(tx: Tx, sample: NewSample): Promise<void> {
  const { id, coaches, items } = sample
  await tx
    .insertInto('training_sample')
    .values({
      id,
      entity: sample.entity,
      drawn_by: sample.drawnBy,
      drawn_at: sample.drawnAt,
      seed: sample.seed,
      criteria: JSON.stringify(sample.criteria),
      pool_size: sample.poolSize,
      pool_sha256: sample.poolSha256,
      excluded: JSON.stringify(sample.excluded),
      ends_on: sample.endsOn,
    })
    .execute()
  await tx
    .insertInto('training_coach')
    .values(coaches.map((coach_sub) => ({ sample_id: id, coach_sub })))
    .execute()
  if (items.length === 0) return
  await tx
    .insertInto('training_item')
    .values(
      items.map(({ recordingId, agentRef, stratum, endsOn }, i) => ({
        sample_id: id,
        n: i + 1,
        recording_id: recordingId,
        agent_ref: agentRef,
        stratum,
        ends_on: endsOn,
      })),
    )
    .execute()
}

export interface SampleRow extends Omit<NewSample, 'items'> {
  readonly open: number
  readonly reviewed: number
  readonly withdrawn: number
}

/** Whose samples are looked for: those of a coach in the entities they work for. */
export interface CoachScope {
  readonly sub: string
  readonly entities: readonly string[]
}

const samples = ({ sub, entities }: CoachScope) => sql<SampleRow>`
  select s.id, s.entity, s.drawn_by as "drawnBy", s.drawn_at as "drawnAt", s.seed, s.criteria,
    s.pool_size as "poolSize", s.pool_sha256 as "poolSha256", s.excluded, s.ends_on as "endsOn",
    array(select coach_sub from training_coach where sample_id = s.id order by coach_sub) as coaches,
    c.open, c.reviewed, c.withdrawn
  from training_coach mine join training_sample s on s.id = mine.sample_id
  cross join lateral (select
      count(*) filter (where withdrawn_at is null and reviewed_at is null) as open,
      count(*) filter (where withdrawn_at is null and reviewed_at is not null) as reviewed,
      count(*) filter (where withdrawn_at is not null) as withdrawn
    from training_item where sample_id = s.id) c
  where mine.coach_sub = ${sub} and s.entity = any(${entities}::text[])`

const MOST_LISTED = 200

/** Newest first. */
export async function listSamples(connection: Connection, scope: CoachScope): Promise<SampleRow[]> {
  const { rows } = await sql<SampleRow>`${samples(scope)} order by s.drawn_at desc, s.id desc
    limit ${MOST_LISTED}`.execute(connection)
  return rows
}

export async function findSample(
  connection: Connection,
  id: string,
  scope: CoachScope,
): Promise<SampleRow | undefined> {
  const { rows } = await sql<SampleRow>`${samples(scope)} and s.id = ${id}`.execute(connection)
  return rows[0]
}

/** An item with what its coach may know of the call: nothing that leads to the member. */
export interface ItemRow {
  readonly n: number
  readonly recordingId: string | null
  readonly agentRef: string
  readonly stratum: string
  readonly endsOn: CalendarDay
  readonly reviewedAt: Date | null
  readonly releasedAt: Date | null
  readonly withdrawnAt: Date | null
  readonly withdrawnReason: string | null
  readonly team: string | null
  readonly product: string | null
  readonly language: string | null
  readonly startedAt: Date | null
  readonly seconds: number | null
  readonly masked: 'ready' | 'waiting' | 'none'
  readonly notes: number
}

/** Items of a sample, in the order of the draw; notes are counted that this coach may see. */
export async function listItems(connection: Connection, sampleId: string, sub: string): Promise<ItemRow[]> {
  const { rows } = await sql<ItemRow>`
    select i.n, i.recording_id as "recordingId", i.agent_ref as "agentRef", i.stratum,
      least(i.ends_on, t.retain_until) as "endsOn", i.reviewed_at as "reviewedAt",
      i.released_at as "releasedAt", i.withdrawn_at as "withdrawnAt", i.withdrawn_reason as "withdrawnReason",
      r.team, r.product, r.language, r.started_at as "startedAt",
      coalesce(f.duration_ms / 1000.0, extract(epoch from r.ended_at - r.started_at))::float8 as seconds,
      case when exists (select from rendition d where d.recording_id = r.id and d.name = 'masked') then 'ready'
        when exists (select from audio_work w where w.recording_id = r.id and w.state = 'waiting'
          and w.kind in ('redact', 'playback', 'masked')) then 'waiting' else 'none' end as masked,
      (select count(*) from training_note note where note.sample_id = i.sample_id and note.n = i.n
        and (note.author = ${sub} or i.reviewed_at is not null)) as notes
    from training_item i
    left join recording r on r.id = i.recording_id and i.withdrawn_at is null
    left join purpose_tag t on t.recording_id = r.id and t.purpose = 'training_coaching'
    left join audio_facts f on f.recording_id = r.id
    where i.sample_id = ${sampleId} order by i.n`.execute(connection)
  return rows
}

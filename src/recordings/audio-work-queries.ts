import { sql } from 'kysely'
import type { AudioWorkKind } from '../db/audio-schema.ts'
import type { Connection, Tx } from '../db/database.ts'
import { workerIsGone } from '../db/instance.ts'
import { HOLDABLE } from './hold-scope-queries.ts'

/**
 * Asks for something to be made of a recording's audio, from now or from a later moment on. Work that waits
 * or is parked begins anew; work that an instance is at is done once more by that instance, afterwards.
 */
export async function queueWork(
  connection: Connection,
  recordingId: string,
  kind: AudioWorkKind,
  runAt: Date,
): Promise<void> {
  await connection
    .insertInto('audio_work')
    .values({ recording_id: recordingId, kind, run_at: runAt, worker: null, reason: null })
    .onConflict((conflict) =>
      conflict
        .columns(['recording_id', 'kind'])
        .doUpdateSet({ state: 'waiting', attempts: 0, run_at: runAt, reason: null }),
    )
    .execute()
}

/** Most urgent first: what nobody may hear any more, then what members wait for. */
const BY_URGENCY: readonly AudioWorkKind[] = ['redact', 'playback', 'channels', 'masked', 'copy', 'tidy']

/** A piece of work that is ours until we say how it ended. */
export interface ClaimedWork {
  readonly recordingId: string
  readonly kind: AudioWorkKind
  /** How often it failed before. */
  readonly attempts: number
  /** Changes when somebody asks for the same again meanwhile. */
  readonly rowVersion: string
}

export interface WorkWanted {
  /** What this process can do. */
  readonly kinds: readonly AudioWorkKind[]
  readonly instance: number
  /** What this process is at, as `nameOfWork` names it; its other claims were given up and are free. */
  readonly inFlight: readonly string[]
  readonly now: Date
  readonly limit: number
}

export const nameOfWork = ({ recordingId, kind }: Pick<ClaimedWork, 'recordingId' | 'kind'>): string =>
  `${recordingId} ${kind}`

/**
 * What can be done now. A restricted recording is only stored, but its member may still have a copy; nothing is
 * removed of one that is not free; and what is made of one that waits for its redaction would be thrown away
 * with what it was made of.
 */
const isReady = sql<boolean>`exists (select from recording r where r.id = work.recording_id and r.status in ${HOLDABLE}
    and (case when work.kind in ('redact', 'copy') then true when work.kind = 'tidy' then r.is_free
      else not r.restricted end))
  and (work.kind = 'redact' or not exists (select from audio_work other
    where other.recording_id = work.recording_id and other.kind = 'redact'))`

/** Claims up to `limit` pieces of work; what another transaction has locked is left to it. */
export async function claimWork(connection: Connection, wanted: WorkWanted): Promise<ClaimedWork[]> {
  const { kinds, instance, inFlight, now, limit } = wanted
  const { rows } = await sql<ClaimedWork>`
    with found as (
      select one.recording_id, one.kind from unnest(${BY_URGENCY.filter((kind) => kinds.includes(kind))}::text[]) with ordinality as wanted (kind, urgency)
      cross join lateral (
        select recording_id, kind, run_at from audio_work work
        where work.kind = wanted.kind and state = 'waiting' and run_at <= ${now} and ${isReady}
          and (worker = ${instance} or ${workerIsGone('worker')})
          and recording_id || ' ' || work.kind <> all(${inFlight}::text[])
        order by run_at, recording_id limit ${limit} for update skip locked
      ) one
      order by wanted.urgency, one.run_at limit ${limit}
    )
    update audio_work work set worker = ${instance} from found
    where work.recording_id = found.recording_id and work.kind = found.kind
    returning work.recording_id as "recordingId", work.kind, work.attempts, work.xmin::text as "rowVersion"`.execute(
    connection,
  )
  return rows
}

/** The row as it was claimed; none when somebody asked for the same work again, which is then still to be done. */
const isOurs = ({ recordingId, kind, rowVersion }: ClaimedWork, version = 'xmin') =>
  sql<boolean>`recording_id = ${recordingId} and kind = ${kind} and ${sql.ref(version)}::text = ${rowVersion}`

export async function removeWork(connection: Connection, work: ClaimedWork): Promise<void> {
  await connection.deleteFrom('audio_work').where(isOurs(work)).execute()
}

export interface Retry {
  readonly attempts: number
  readonly runAt: Date
}

/** Gives work back, to be tried again. */
export async function postponeWork(connection: Connection, work: ClaimedWork, retry: Retry): Promise<void> {
  await connection
    .updateTable('audio_work')
    .set({ attempts: retry.attempts, run_at: retry.runAt, worker: null })
    .where(isOurs(work))
    .execute()
}

/** Puts work aside with the reason. A recording that waited to be played is available as it was delivered. */
export async function parkWork(tx: Tx, work: ClaimedWork, reason: string): Promise<void> {
  // The recording before its work: everybody locks them in this order.
  if (work.kind === 'playback')
    await tx
      .updateTable('recording')
      .set({ status: 'available' })
      .where('id', '=', work.recordingId)
      .where('status', '=', 'processing')
      .where(({ exists, selectFrom }) =>
        exists(selectFrom('audio_work').select('kind').where(isOurs(work, 'audio_work.xmin'))),
      )
      .execute()
  await tx
    .updateTable('audio_work')
    .set({ state: 'parked', reason, worker: null })
    .where(isOurs(work))
    .execute()
}

export interface QueueState {
  readonly waiting: number
  readonly parked: number
  /** Since when the oldest that could be done waits; null when none does. */
  readonly oldest: Date | null
}

export async function readQueue(connection: Connection, now: Date): Promise<QueueState> {
  const { rows } = await sql<QueueState>`
    select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'parked') as parked,
      min(run_at) filter (where state = 'waiting' and run_at <= ${now}) as oldest
    from audio_work`.execute(connection)
  return rows[0] ?? { waiting: 0, parked: 0, oldest: null }
}

/** A recording on its way in gets its first work, and until that is done it is being processed. */
export async function queueFirstWork(tx: Tx, recordingId: string, now: Date): Promise<void> {
  await queueWork(tx, recordingId, 'playback', now)
  await tx
    .updateTable('recording')
    .set({ status: 'processing' })
    .where('id', '=', recordingId)
    .where('status', '=', 'available')
    .execute()
}

/**
 * Queues what was never decoded nor tried, in the order of ids after one of them; they stay what they are
 * meanwhile. Gives the last id that was looked at, or undefined when there is none behind.
 */
export async function queueNeverDecoded(
  connection: Connection,
  after: string,
  { now, limit }: { readonly now: Date; readonly limit: number },
): Promise<{ readonly last: string; readonly queued: number } | undefined> {
  const { rows } = await sql<{ last: string | null; queued: number }>`
    with page as (
      select r.id, r.status in ${HOLDABLE} and not exists (select from audio_facts f where f.recording_id = r.id)
        as is_new from recording r where r.id > ${after} order by r.id limit ${limit}
    ), queued as (
      insert into audio_work (recording_id, kind, run_at) select id, 'playback', ${now} from page where is_new
      on conflict do nothing returning recording_id
    )
    select (select max(id::text) from page) as last, (select count(*) from queued) as queued`.execute(
    connection,
  )
  const [row] = rows
  return row?.last ? { last: row.last, queued: row.queued } : undefined
}

import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import { workerIsGone } from '../db/instance.ts'
import { entitiesWith } from '../db/loose-scan.ts'

/** The right to destroy one recording; whoever has a newer fence has taken it over. */
export interface Claim {
  readonly id: string
  readonly fence: number
}

export interface Wanted {
  readonly instance: number
  /** Claimed by this process and being worked on; its other claims were broken off and are free. */
  readonly inFlight: readonly string[]
  readonly quarantinedBefore: Date
  readonly now: Date
  /** Most that are taken in all. */
  readonly limit: number
  /** Most of each entity whose grace is over; entities that are not named get nothing. Absent: no such limit. */
  readonly shares?: readonly Share[]
}

/** How many recordings of one entity. */
export interface Share {
  readonly entity: string
  readonly atMost: number
}

/** Recordings whose destroyer is gone or was broken off, and whose store did not ask for patience. */
const leftBehind = ({ instance, inFlight, now, limit }: Wanted) => sql`
  select id from recording
  where status = 'destroying' and is_free and (retry_at is null or retry_at <= ${now})
    and (${workerIsGone('worker')} or (worker = ${instance} and id <> all(${inFlight}::uuid[])))
  order by worker, id limit ${limit}`

const isQuarantined = sql<boolean>`status = 'quarantined' and is_free`

/**
 * Recordings whose end two people confirmed since it came: for them the grace is over before its days
 * are. The first condition finds the few candidates, the second leaves out what was confirmed before a hold.
 */
const confirmed = ({ quarantinedBefore, limit }: Wanted) => sql`
  select id from recording
  where ${isQuarantined} and quarantined_at > ${quarantinedBefore}
    and id in (select recording_id from destruction_review group by recording_id having count(*) >= 2)
    and (select count(*) from destruction_review one
      where one.recording_id = recording.id and one.decided_at >= recording.quarantined_at) >= 2
  order by quarantined_at, id limit ${limit}`

/** Recordings whose grace is over, of every entity its share, oldest first. */
const graceOver = ({ quarantinedBefore, limit, shares }: Wanted) => sql`
  select one.id from (${shares ? named(shares) : sql`select name, ${limit}::int as at_most from (${entitiesWith(isQuarantined)}) entity`}) share
  cross join lateral (
    select id from recording
    where entity = share.name and ${isQuarantined} and quarantined_at <= ${quarantinedBefore}
    order by quarantined_at, id limit share.at_most
  ) one
  limit ${limit}`

const named = (shares: readonly Share[]) => sql`
  select name, at_most from unnest(${shares.map(({ entity }) => entity)}::text[],
    ${shares.map(({ atMost }) => atMost)}::int[]) as share (name, at_most)`

/** Claims up to `limit` recordings; whatever another transaction has locked is left to it. */
export async function claimForDestruction(tx: Tx, wanted: Wanted): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    with left_behind as (${leftBehind(wanted)} for update skip locked),
      confirmed as (${confirmed(wanted)} for update skip locked),
      grace_over as (${graceOver(wanted)} for update of one skip locked)
    update recording
    set status = 'destroying', worker = ${wanted.instance}, fence = nextval('recording_fence'), retry_at = null
    where id in (
      select id from left_behind union all select id from confirmed union all select id from grace_over
      limit ${wanted.limit})
    returning id, fence`.execute(tx)
  return rows
}

/** Claims one unfinished destruction whose worker is gone, also before its next try is due. */
export async function claimUnfinished(
  tx: Tx,
  { id, instance, inFlight }: Pick<Wanted, 'instance' | 'inFlight'> & { readonly id: string },
): Promise<Claim | undefined> {
  const { rows } = await sql<Claim>`
    update recording
    set worker = ${instance}, fence = nextval('recording_fence'), retry_at = null
    where id = (select id from recording
      where id = ${id} and status = 'destroying' and is_free
        and (${workerIsGone('worker')} or (worker = ${instance} and id <> all(${inFlight}::uuid[])))
      for update skip locked)
    returning id, fence`.execute(tx)
  return rows[0]
}

/** What `claimForDestruction` would take now, without a lock or a change. */
export async function listForDestruction(connection: Connection, wanted: Wanted): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with left_behind as (${leftBehind(wanted)}), confirmed as (${confirmed(wanted)}),
      grace_over as (${graceOver(wanted)})
    select id from left_behind union all select id from confirmed union all select id from grace_over
    limit ${wanted.limit}`.execute(connection)
  return rows.map(({ id }) => id)
}

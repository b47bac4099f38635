import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'

/** The number of the first event that is not older than this; undefined when every one is. */
export async function firstSince(connection: Connection, since: Date): Promise<number | undefined> {
  const { rows } = await sql<{ seq: number | null }>`
    select min(seq) as seq from audit_seal where occurred_at >= ${since}`.execute(connection)
  return rows[0]?.seq ?? undefined
}

export async function firstSeq(connection: Connection): Promise<number | undefined> {
  const { rows } = await sql<{ seq: number | null }>`select min(seq) as seq from audit_seal`.execute(
    connection,
  )
  return rows[0]?.seq ?? undefined
}

export interface NewSegment {
  readonly from: number
  readonly to: number
  readonly subtrees: readonly Buffer[]
  readonly note: string
  readonly at: Date
}

/** Writes what stands for the events, and drops them. Returns how many there were. */
export async function dropSegment(tx: Tx, { from, to, subtrees, note, at }: NewSegment): Promise<number> {
  await tx
    .insertInto('audit_segment')
    .values({ from_seq: from, to_seq: to, subtrees: [...subtrees], note, dropped_at: at })
    .execute()
  const { rows } = await sql<{ count: number }>`select audit_drop(${to}) as count`.execute(tx)
  return rows[0]?.count ?? 0
}

/** Erases the payloads of sealed events. Returns how many had one. */
export async function eraseSealed(tx: Tx, eventIds: readonly string[]): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select audit_erase(${eventIds}::uuid[]) as count`.execute(tx)
  return rows[0]?.count ?? 0
}

/** From now on what members did with these recordings is to be erased: they were destroyed in this transaction. */
export async function awaitErasure(tx: Tx, recordingIds: readonly string[], now: Date): Promise<void> {
  await sql`insert into audit_to_erase (recording_id, since)
    select id, ${now} from unnest(${recordingIds}::uuid[]) as id on conflict do nothing`.execute(tx)
}

export interface MemberAct {
  readonly eventId: string
  readonly recordingId: string
  readonly isSealed: boolean
}

/** Takes the oldest that wait since before a moment, for nobody else to take. */
export async function takeGone(tx: Tx, before: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select recording_id as id from audit_to_erase
    where since < ${before} order by since, recording_id limit ${limit} for update skip locked`.execute(tx)
  return rows.map(({ id }) => id)
}

/** What members, and nobody who works here, did with these recordings, and is not erased. */
export async function actsOfMembers(tx: Tx, recordingIds: readonly string[]): Promise<MemberAct[]> {
  const { rows } = await sql<MemberAct>`
    select e.id as "eventId", e.recording_id as "recordingId", s.event_id is not null as "isSealed"
    from audit_event e left join audit_seal s on s.event_id = e.id
    where e.recording_id = any(${recordingIds}::uuid[]) and e.actor_roles = '{member}'
      and (s.event_id is null or s.salt is not null)`.execute(tx)
  return rows
}

/** Those that nothing is left of, and those that have to wait for the sealer. */
export async function settleGone(
  tx: Tx,
  {
    done,
    later,
    now,
  }: { readonly done: readonly string[]; readonly later: readonly string[]; readonly now: Date },
): Promise<void> {
  await sql`delete from audit_to_erase where recording_id = any(${done}::uuid[])`.execute(tx)
  await sql`update audit_to_erase set since = ${now} where recording_id = any(${later}::uuid[])`.execute(tx)
}

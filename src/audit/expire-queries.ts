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

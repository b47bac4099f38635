import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { EventRow } from './event-form.ts'
import type { PublicJwk } from './sign.ts'

const SEALER = 0x4c424155

/** Whether this transaction is the one that seals; another one is at it otherwise. */
export async function takeTurn(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${SEALER}) as mine`.execute(
    tx,
  )
  return rows[0]?.mine ?? false
}

export interface SealState {
  readonly size: number
  readonly frontier: Buffer[]
  /** Everything that older transactions wrote is sealed. */
  readonly sealed_before: string
  /** Whether what was written before there was sealing is sealed too. */
  readonly legacy_done: boolean
}

/** A database that was restored counts its transactions anew: then nothing can be said of what is sealed before. */
export async function readState(connection: Connection): Promise<SealState> {
  const { rows } = await sql<SealState>`
    select size, frontier, legacy_done,
      case when sealed_before > pg_snapshot_xmax(pg_current_snapshot()) then '0'
        else sealed_before::text end as sealed_before
    from audit_seal_state`.execute(connection)
  const [state] = rows
  if (!state) throw new TypeError('the state of sealing is gone')
  return state
}

export type Unsealed = EventRow & {
  /** What is sealed before once this row is; null for a row from before there was sealing. */
  readonly xid: string | null
  /** Everything of older transactions was complete when the row was read. */
  readonly horizon: string
}

const COLUMNS = sql`e.id, e.occurred_at, e.type, e.action, e.outcome, e.code, e.actor_sub, e.actor_roles,
  e.recording_id, e.playback_id, e.purpose, e.case_ref, e.request_id, e.detail`

const HORIZON = sql`(select pg_snapshot_xmin(pg_current_snapshot()))`

/**
 * Events that are not sealed, in the order in which they will be: of transactions that are older than every one
 * that still runs, so that nothing comes between them any more.
 */
export async function findUnsealed(
  connection: Connection,
  { sealed_before, legacy_done }: SealState,
  limit: number,
): Promise<Unsealed[]> {
  const range = legacy_done ? sql`e.xid >= ${sealed_before}::xid8 and e.xid < ${HORIZON}` : sql`e.xid is null`
  const { rows } = await sql<Unsealed>`
    select ${COLUMNS}, e.xid::text as xid, ${HORIZON}::text as horizon from audit_event e
    where ${range} and not exists (select from audit_seal s where s.event_id = e.id)
    order by e.xid, e.occurred_at, e.id limit ${limit}`.execute(connection)
  return rows
}

export interface Sealed {
  readonly event: EventRow
  readonly seq: number
  readonly salt: Buffer
  readonly commitment: Buffer
  readonly leaf: Buffer
}

/** Whose officers may see an event is kept with its place: a recording's own company, whoever acted. */
export async function insertSeals(tx: Tx, sealed: readonly Sealed[]): Promise<void> {
  const column = <T>(of: (one: Sealed) => T): T[] => sealed.map(of)
  await sql`
    insert into audit_seal (seq, event_id, occurred_at, type, actor_sub, salt, commitment, leaf, entities)
    select one.*, case when r.id is null then e.entities else array[r.entity] end
    from unnest(${column(({ seq }) => seq)}::bigint[], ${column(({ event }) => event.id)}::uuid[],
      ${column(({ event }) => event.occurred_at)}::timestamptz[], ${column(({ event }) => event.type)}::text[],
      ${column(({ event }) => event.actor_sub)}::text[], ${column(({ salt }) => salt)}::bytea[],
      ${column(({ commitment }) => commitment)}::bytea[], ${column(({ leaf }) => leaf)}::bytea[])
      as one (seq, event_id, occurred_at, type, actor_sub, salt, commitment, leaf)
    join audit_event e on e.id = one.event_id left join recording r on r.id = e.recording_id`.execute(tx)
}

export interface TreeNode {
  readonly level: number
  readonly idx: number
  readonly hash: Buffer
}

export async function insertNodes(tx: Tx, nodes: readonly TreeNode[]): Promise<void> {
  if (nodes.length > 0)
    await tx
      .insertInto('audit_node')
      .values([...nodes])
      .execute()
}

export async function writeState(tx: Tx, { size, frontier, sealed_before, legacy_done }: SealState) {
  await sql`update audit_seal_state set size = ${size}, frontier = ${frontier}::bytea[],
    sealed_before = ${sealed_before}::xid8, legacy_done = ${legacy_done}`.execute(tx)
}

/** The newest checkpoint takes the place of the one before, unless that is in the object store too. */
export async function writeCheckpoint(
  tx: Tx,
  { size, note, at, key }: { size: number; note: string; at: Date; key: PublicJwk },
): Promise<void> {
  // Whoever verifies it later finds its key among those that ever signed here.
  await sql`insert into signing_key (kid, public_jwk, first_used_at)
    values (${key.kid}, ${JSON.stringify(key)}::jsonb, ${at}) on conflict do nothing`.execute(tx)
  await sql`delete from audit_checkpoint where not published`.execute(tx)
  await sql`insert into audit_checkpoint (size, note, signed_at) values (${size}, ${note}, ${at})
    on conflict (size) do nothing`.execute(tx)
}

export interface CheckpointRow {
  readonly size: number
  readonly note: string
  readonly signed_at: Date
  readonly published: boolean
}

export const lastCheckpoint = (connection: Connection): Promise<CheckpointRow | undefined> =>
  connection.selectFrom('audit_checkpoint').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst()

export const lastPublished = (connection: Connection): Promise<CheckpointRow | undefined> =>
  connection
    .selectFrom('audit_checkpoint')
    .selectAll()
    .where('published', '=', true)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()

/** Somebody may have sealed more in the meantime, and then the row is not there any more. */
export async function markPublished(
  connection: Connection,
  { size, note, signed_at }: CheckpointRow,
): Promise<void> {
  await sql`insert into audit_checkpoint (size, note, signed_at, published)
    values (${size}, ${note}, ${signed_at}, true)
    on conflict (size) do update set published = true`.execute(connection)
}

/** Hashes of whole subtrees, from what the tables have of every eighth level. */
export async function readNode(connection: Connection, level: number, index: number): Promise<Buffer[]> {
  const stored = level - (level % 8)
  const count = 2 ** (level - stored)
  const [from, to] = [index * count, (index + 1) * count]
  const { rows } = await (stored === 0
    ? sql<{
        hash: Buffer
      }>`select leaf as hash from audit_seal where seq >= ${from} and seq < ${to} order by seq`
    : sql<{ hash: Buffer }>`select hash from audit_node where level = ${stored}
        and idx >= ${from} and idx < ${to} order by idx`
  ).execute(connection)
  return rows.map(({ hash }) => hash)
}

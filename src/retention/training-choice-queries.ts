import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { TagState } from '../db/schema.ts'
import type { HeldPurpose } from './purpose-queries.ts'

/** One purpose of one recording whose member refuses it. */
export interface RefusedPurpose extends HeldPurpose {
  readonly id: string
}

/** Whether the member said that their calls may not be used for this. */
export async function isRefused(
  connection: Connection,
  memberRef: string,
  kind: 'training' | 'statistics',
): Promise<boolean> {
  const row = await connection
    .selectFrom('member_preference')
    .select('allowed')
    .where('member_ref', '=', memberRef)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return row?.allowed === false
}

/** The member of a recording; null while there is none. */
export async function memberOf(connection: Connection, id: string): Promise<string | null> {
  const row = await connection
    .selectFrom('recording')
    .select('member_ref')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.member_ref ?? null
}

/**
 * Locks all calls of a member that still have bytes, whatever their purposes are: one that gets its purpose at
 * this moment has it when the lock is ours.
 */
export async function lockCallsOf(tx: Tx, memberRef: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from recording where member_ref = ${memberRef}
    and status not in ('receiving', 'destroying', 'destroyed') order by id for update`.execute(tx)
  return rows.map(({ id }) => id)
}

export async function purposesOf(
  connection: Connection,
  ids: readonly string[],
  purpose: string,
): Promise<RefusedPurpose[]> {
  const { rows } = await sql<RefusedPurpose>`
    select recording_id as id, purpose, legal_basis as "legalBasis", rule_id as "ruleId",
      rule_version as "ruleVersion", state, min_until as "minUntil", retain_until as "retainUntil"
    from purpose_tag where recording_id = any(${ids}::uuid[]) and purpose = ${purpose}
    order by recording_id`.execute(connection)
  return rows
}

export async function setStateOfMany(
  tx: Tx,
  ids: readonly string[],
  purpose: string,
  state: TagState,
): Promise<void> {
  if (ids.length > 0)
    await sql`update purpose_tag set state = ${state}
      where recording_id = any(${ids}::uuid[]) and purpose = ${purpose}`.execute(tx)
}

/** How many calls of a member training may use today, and how many of those nothing else keeps. */
export async function countForTraining(
  connection: Connection,
  memberRef: string,
  purpose: string,
  today: string,
): Promise<{ readonly calls: number; readonly onlyForThis: number }> {
  const counts = (tag: string) =>
    sql`${sql.ref(`${tag}.state`)} in ('active', 'pending_trigger', 'suspended')
      and (${sql.ref(`${tag}.retain_until`)} is null or ${sql.ref(`${tag}.retain_until`)} >= ${today}::date)`
  const { rows } = await sql<{ calls: number; onlyForThis: number }>`
    select count(*)::int as calls, (count(*) filter (where not exists (
      select from purpose_tag other where other.recording_id = r.id and other.purpose <> ${purpose}
        and ${counts('other')})))::int as "onlyForThis"
    from recording r join purpose_tag tag on tag.recording_id = r.id and tag.purpose = ${purpose}
    where r.member_ref = ${memberRef} and r.status not in ('receiving', 'destroying', 'destroyed')
      and ${counts('tag')}`.execute(connection)
  return rows[0] ?? { calls: 0, onlyForThis: 0 }
}

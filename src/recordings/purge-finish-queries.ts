import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { TagState } from '../db/schema.ts'
import type { RenditionName } from '../storage/keys.ts'
import type { CellFacts } from './anonymous-cells.ts'
import type { Disposition } from './model.ts'
import type { Claim } from './purge-queries.ts'

/** One object of a claimed recording; without a version id only a listing can tell its versions. */
export interface KnownObject {
  readonly recordingId: string
  readonly name: RenditionName
  readonly key: string
  readonly versionId: string | null
}

export async function objectsOf(
  connection: Connection,
  ids: readonly string[],
): Promise<readonly KnownObject[]> {
  return connection
    .selectFrom('rendition')
    .select(['recording_id as recordingId', 'name', 'object_key as key', 'version_id as versionId'])
    .where('recording_id', '=', anyOf(ids))
    .execute()
}

/** Those that were due before a moment: old enough for the store's own lifecycle to have removed them. */
export async function dueBefore(
  connection: Connection,
  ids: readonly string[],
  moment: Date,
): Promise<string[]> {
  const rows = await connection
    .selectFrom('recording')
    .select('id')
    .where('id', '=', anyOf(ids))
    .where('due_at', '<', moment)
    .execute()
  return rows.map(({ id }) => id)
}

/** Whether the destruction of this recording was begun before: then what is missing may be our own work. */
export async function wasBegunBefore(connection: Connection, { id, fence }: Claim): Promise<boolean> {
  const { rows } = await sql<{ begun: boolean }>`select exists (
    select from audit_event where recording_id = ${id} and type = 'recording.destruction_started'
      and (detail ->> 'fence')::bigint <> ${fence}) as begun`.execute(connection)
  return rows[0]?.begun === true
}

/** Recordings that were ever under a hold of ours. */
export async function everHeld(connection: Connection, ids: readonly string[]): Promise<Set<string>> {
  const rows = await connection
    .selectFrom('hold_recording')
    .select('recording_id')
    .distinct()
    .where('recording_id', '=', anyOf(ids))
    .execute()
  return new Set(rows.map(({ recording_id }) => recording_id))
}

interface GoingTag {
  readonly purpose: string
  readonly legalBasis: string
  readonly rule: string
  readonly trigger: string
  readonly retainUntil: string | null
  readonly state: TagState
  readonly disposition: Disposition
}

/** What is still known of a recording in the moment before it is forgotten. */
export interface Going extends CellFacts {
  readonly fence: number
  readonly tags: readonly GoingTag[]
  readonly renditions: readonly { readonly name: string; readonly cipherSha256: string | null }[]
  /** People who confirmed this one destruction. */
  readonly reviewers: readonly string[]
  /** People who approved the destruction of many recordings, this one among them. */
  readonly approvers: readonly string[]
}

/**
 * Locks those recordings whose claim is still ours and that nothing holds, in the order of their ids, and
 * reads what is known of them. From here on neither a hold nor another worker can step between.
 */
export async function lockGoing(tx: Tx, claims: readonly Claim[]): Promise<readonly Going[]> {
  const { rows } = await sql<Going>`
    with claimed as (
      select r.* from recording r
      join unnest(${claims.map(({ id }) => id)}::uuid[], ${claims.map(({ fence }) => fence)}::bigint[]) c (id, fence)
        on c.id = r.id and c.fence = r.fence
      where r.status = 'destroying' and r.is_free order by r.id for update of r
    )
    select r.id, r.fence, r.entity, r.product, r.member_ref as "memberRef",
      r.started_at as "startedAt", r.ended_at as "endedAt", ${tagsOfR} as tags,
      exists (select from member_preference p where p.member_ref = r.member_ref and p.kind = 'statistics'
        and not p.allowed) as "leftOut",
      coalesce((select json_agg(json_build_object('name', d.name, 'cipherSha256', encode(d.cipher_sha256, 'hex')) order by d.name)
        from rendition d where d.recording_id = r.id), '[]') as renditions,
      coalesce((select json_agg(v.decided_by order by v.decided_at)
        from destruction_review v where v.recording_id = r.id and v.decided_at >= r.quarantined_at), '[]') as reviewers,
      coalesce((select json_agg(person) from (
        select unnest(array[a.first_approver, a.second_approver]) as person from destruction_approval a
        where a.entity = r.entity and r.due_at < a.due_before and r.quarantined_at >= a.second_approved_at
          and r.quarantined_at < a.asked_at + interval '7 days'
        order by a.second_approved_at desc limit 2) approved), '[]') as approvers
    from claimed r`.execute(tx)
  return rows
}

const tagsOfR = sql`coalesce((select json_agg(json_build_object('purpose', t.purpose, 'legalBasis', t.legal_basis,
    'rule', t.rule_id || '@' || t.rule_version, 'trigger', t.trigger, 'retainUntil', t.retain_until, 'state', t.state,
    'disposition', t.disposition) order by t.purpose)
  from purpose_tag t where t.recording_id = r.id), '[]')`

/** Recordings of the same members, begun in the same span of time, that are not among these. */
export async function staying(tx: Tx, going: readonly CellFacts[]): Promise<readonly CellFacts[]> {
  const counted = going.filter(({ memberRef, startedAt }) => memberRef !== null && startedAt !== null)
  if (counted.length === 0) return []
  const times = counted.map(({ startedAt }) => startedAt?.getTime() ?? 0)
  const MONTH = sql`interval '32 days'`
  const { rows } = await sql<CellFacts>`
    select r.id, r.entity, r.product, r.member_ref as "memberRef", r.started_at as "startedAt",
      r.ended_at as "endedAt", ${tagsOfR} as tags
    from recording r
    where r.member_ref = any(${[...new Set(counted.map(({ memberRef }) => memberRef))]}::text[])
      and r.started_at between ${new Date(minOf(times))}::timestamptz - ${MONTH}
        and ${new Date(maxOf(times))}::timestamptz + ${MONTH}
      and r.status <> 'destroyed' and r.id <> all(${going.map(({ id }) => id)}::uuid[])`.execute(tx)
  return rows
}

const minOf = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
const maxOf = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))

/** The rule book in force on a day; null while rules are kept in no book. */
export async function bookInForce(connection: Connection, today: string): Promise<number | null> {
  const row = await connection
    .selectFrom('rule_book')
    .select(({ fn }) => fn.max('version').as('version'))
    .where('state', '=', 'approved')
    .where('effective_from', '<=', today)
    .executeTakeFirst()
  return row?.version ?? null
}

/** Everything that hangs on a recording, the key first: without it no copy anywhere can be opened. */
const BELONGINGS = [
  'recording_key',
  'ingest_request',
  'playback',
  'destruction_review',
  'purpose_tag',
  'corrected_value',
  'audio_facts',
  'audio_work',
  'audio_span',
  'integrity_finding',
  'replaced_version',
  'package_file',
  'package_recording',
  'rendition',
] as const

export async function deleteBelongings(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const table of BELONGINGS) await tx.deleteFrom(table).where('recording_id', '=', anyOf(ids)).execute()
}

/**
 * Leaves of recordings, locked before, only that they are gone. The day of receipt would tell the day of
 * the call, so it is reduced to its month.
 */
export async function writeTombstones(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  await tx
    .updateTable('recording')
    .set({
      status: 'destroyed',
      destroyed_at: now,
      received_at: sql<Date>`date_trunc('month', received_at at time zone 'UTC') at time zone 'UTC'`,
      ...NOTHING_OF_THE_CALL,
    })
    .where('id', '=', anyOf(ids))
    .execute()
}

const NOTHING_OF_THE_CALL = {
  status_reason: null,
  call_id: null,
  member_ref: null,
  agent_ref: null,
  team: null,
  product: null,
  direction: null,
  language: null,
  notice_version: null,
  sensitivity: sql<string[]>`'{}'`,
  channels: null,
  silence: '[]',
  links: '{}',
  started_at: null,
  ended_at: null,
  fingerprint: null,
  keep_until: null,
  due_at: null,
  quarantined_at: null,
  objects_changed_at: null,
  ends_class: null,
  worker: null,
  retry_at: null,
} as const

/** Gives claims back with the reason; nobody tries again before `retryAt`. Returns those that were ours to give. */
export async function giveBack(
  tx: Tx,
  claims: readonly Claim[],
  reason: string,
  retryAt: Date,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    update recording r set status_reason = ${reason}, retry_at = ${retryAt}, worker = null
    from unnest(${claims.map(({ id }) => id)}::uuid[], ${claims.map(({ fence }) => fence)}::bigint[]) c (id, fence)
    where r.id = c.id and r.fence = c.fence and r.status = 'destroying' returning r.id`.execute(tx)
  return rows.map(({ id }) => id)
}

const anyOf = (ids: readonly string[]) => sql<string>`any(${ids}::uuid[])`

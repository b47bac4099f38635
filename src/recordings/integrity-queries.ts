import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { RenditionName } from '../storage/keys.ts'

/** Whether stored bytes are gone, or are others than were stored. */
export type DamageKind = 'missing' | 'changed'

export interface DamagedFile {
  readonly recordingId: string
  readonly name: RenditionName
}

/** Notes the damage; true when it was not known before. */
export async function noteDamage(
  tx: Tx,
  { recordingId, name }: DamagedFile,
  kind: DamageKind,
  now: Date,
): Promise<boolean> {
  // xmax is 0 only in a row that this statement inserted.
  const { rows } = await sql<{ isNew: boolean }>`
    insert into integrity_finding (recording_id, rendition, kind, found_at, seen_at)
    values (${recordingId}, ${name}, ${kind}, ${now}, ${now})
    on conflict (recording_id, rendition) do update set kind = excluded.kind, seen_at = excluded.seen_at
    returning xmax = 0 as "isNew"`.execute(tx)
  return rows[0]?.isNew === true
}

/** True when damage was known and is now over. */
export async function forgetDamage(tx: Tx, { recordingId, name }: DamagedFile): Promise<boolean> {
  const result = await tx
    .deleteFrom('integrity_finding')
    .where('recording_id', '=', recordingId)
    .where('rendition', '=', name)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** A damaged recording with the member it is of. */
export interface AffectedRow {
  readonly recordingId: string
  readonly memberRef: string | null
  readonly rendition: RenditionName
  readonly kind: DamageKind
  readonly foundAt: Date
  readonly startedAt: Date | null
}

export interface AffectedFilter {
  readonly entities: readonly string[]
  readonly after: { readonly foundAt: Date; readonly recordingId: string } | undefined
  readonly limit: number
}

/** Damage of some entities, the longest known first; one row for each recording and rendition. */
export async function listAffected(
  connection: Connection,
  { entities, after, limit }: AffectedFilter,
): Promise<AffectedRow[]> {
  const { rows } = await sql<AffectedRow>`
    select f.recording_id as "recordingId", r.member_ref as "memberRef", f.rendition, f.kind,
      f.found_at as "foundAt", r.started_at as "startedAt"
    from integrity_finding f join recording r on r.id = f.recording_id
    where r.entity = any(${entities})
      and (f.found_at, f.recording_id) > (${after?.foundAt ?? '-infinity'}::timestamptz, ${after?.recordingId ?? FIRST_ID}::uuid)
    order by f.found_at, f.recording_id limit ${limit}`.execute(connection)
  return rows
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/** How far checking has come. */
export interface CheckedSummary {
  readonly renditions: number
  /** Of them, those never read again since they were stored. */
  readonly unchecked: number
  /** When the one that waits longest was last right; null when none was checked yet. */
  readonly oldest: Date | null
}

export async function summariseChecks(
  connection: Connection,
  entities: readonly string[],
): Promise<CheckedSummary> {
  const { rows } = await sql<CheckedSummary>`
    select count(*) as renditions, count(*) filter (where d.checked_at is null) as unchecked,
      min(d.checked_at) as oldest
    from rendition d join recording r on r.id = d.recording_id where r.entity = any(${entities})`.execute(
    connection,
  )
  return rows[0] ?? { renditions: 0, unchecked: 0, oldest: null }
}

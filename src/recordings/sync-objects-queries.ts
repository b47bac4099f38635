import { sql } from 'kysely'
import type { Database, Tx } from '../db/database.ts'
import { HOLDABLE } from './hold-scope-queries.ts'
import type { TagFacts } from './object-tags.ts'

/** First key of the advisory locks of recordings whose objects are being written; the second is their id. */
const SYNC_CLASS = 0x4c45

/** A recording of which the store does not know everything yet. */
export interface Behind {
  readonly id: string
  /** Changes with every change of the row, whatever the clock says. */
  readonly rowVersion: string
  readonly isFree: boolean
  readonly isHeld: boolean
  /** Whether it ever was under a hold: only then can the store have one of ours. */
  readonly wasHeld: boolean
  readonly linkBy: string | null
  readonly tags: readonly TagFacts[]
  readonly keys: readonly string[]
}

/** Recordings the store is to be told of, longest waiting first. */
export async function listBehind(db: Database, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from recording
    where objects_changed_at <= ${now} and status in ${HOLDABLE}
    order by objects_changed_at, id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/**
 * Takes the right to write the objects of these recordings until the transaction ends. Without it a writer
 * that read an older state could overwrite what a newer one has confirmed. Those others have are left out.
 */
export async function takeTurns(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from unnest(${ids}::uuid[]) as one (id)
    where pg_try_advisory_xact_lock(${SYNC_CLASS}, hashtext(id::text))`.execute(tx)
  return rows.map(({ id }) => id)
}

/** What is to be written of those that the store is behind with. */
export async function readBehind(tx: Tx, ids: readonly string[]): Promise<Behind[]> {
  const { rows } = await sql<Behind>`
    select r.id, r.xmin::text as "rowVersion", r.is_free as "isFree", r.hold_count > 0 as "isHeld",
      exists (select from hold_recording l where l.recording_id = r.id) as "wasHeld", r.link_by as "linkBy",
      (select coalesce(json_agg(json_build_object('purpose', t.purpose, 'ruleId', t.rule_id,
        'ruleVersion', t.rule_version, 'retainUntil', t.retain_until, 'state', t.state)), '[]')
        from purpose_tag t where t.recording_id = r.id) as tags,
      array(select d.object_key from rendition d where d.recording_id = r.id) as keys
    from recording r
    where r.id = any(${ids}::uuid[]) and r.objects_changed_at is not null and r.status in ${HOLDABLE}
    order by r.id`.execute(tx)
  return rows
}

type Read = Pick<Behind, 'id' | 'rowVersion'>

/** Rows that are as they were read, locked in the order in which everybody locks them. */
const unchanged = (rows: readonly Read[]) => sql`
  select r.id from recording r
    join unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ rowVersion }) => rowVersion)}::text[]) as one (id, version)
      on one.id = r.id
  where r.xmin::text = one.version order by r.id for update of r`

/** Notes that the store knows everything of those that did not change meanwhile; returns them. */
export async function confirmSynced(tx: Tx, rows: readonly Read[], now: Date): Promise<string[]> {
  const { rows: cleared } = await sql<{ id: string }>`
    with same as (${unchanged(rows)})
    update recording set objects_changed_at = null from same where recording.id = same.id
    returning recording.id`.execute(tx)
  const ids = cleared.map(({ id }) => id)
  await sql`update hold_recording set confirmed_at = ${now}
    where recording_id = any(${ids}::uuid[]) and confirmed_at is null and ended_at is null`.execute(tx)
  return ids
}

/** Lets those that did not change meanwhile wait, so that they do not keep others from their turn. */
export async function postpone(tx: Tx, rows: readonly Read[], until: Date): Promise<void> {
  if (rows.length === 0) return
  await sql`with same as (${unchanged(rows)})
    update recording set objects_changed_at = ${until} from same where recording.id = same.id`.execute(tx)
}

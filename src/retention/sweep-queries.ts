import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import { entitiesWith } from '../db/loose-scan.ts'
import type { RecordingStatus, TagState } from '../db/schema.ts'
import type { DerivedTag, Disposition } from '../recordings/model.ts'
import type { Share } from '../recordings/purge-queries.ts'
import { tagRow } from '../recordings/tag-queries.ts'
import type { Allowance } from './sweep-plan.ts'

export interface DueTag {
  readonly purpose: string
  readonly state: TagState
  readonly retainUntil: string | null
  readonly disposition: Disposition
}

export interface DueRow {
  readonly id: string
  readonly entity: string
  readonly dueAt: Date
  /** As for `endsOf`. */
  readonly linkBy: string | null
  readonly product: string | null
  readonly sensitivity: readonly string[]
  readonly tags: readonly DueTag[]
}

/** Statuses in which a recording whose time is over still has to be taken out of use. */
const LIVE = [
  'processing',
  'available',
  'unplayable',
  'unlinked',
] as const satisfies readonly RecordingStatus[]

/** In use, and nothing in the way of its end; literals, because they must match the partial index recording_due. */
export const isLiveAndFree = sql<boolean>`status in (${sql.join(LIVE.map((status) => sql.lit(status)))})
  and is_free`

/** Of every entity its allowance, oldest first. NULL is never due: a trigger is awaited. */
const dueRecordings = (allowances: readonly Allowance[]) => sql`
  select one.* from unnest(${allowances.map(({ entity }) => entity)}::text[],
    ${allowances.map(({ before }) => before)}::timestamptz[],
    ${allowances.map(({ atMost }) => atMost)}::int[]) as allowance (entity, before, at_most)
  cross join lateral (
    select id, entity, due_at as "dueAt", link_by as "linkBy", product, sensitivity from recording
    where recording.entity = allowance.entity and ${isLiveAndFree} and due_at <= allowance.before
    order by due_at, id limit allowance.at_most
  ) one`

export const listDue = (connection: Connection, allowances: readonly Allowance[]): Promise<DueRow[]> =>
  withTags(connection, sql`${dueRecordings(allowances)}`)

/** As `listDue`, with the rows locked and what others have locked left out. */
export const lockDue = (tx: Tx, allowances: readonly Allowance[]): Promise<DueRow[]> =>
  withTags(tx, sql`${dueRecordings(allowances)} for update of one skip locked`)

async function withTags(connection: Connection, due: ReturnType<typeof dueRecordings>): Promise<DueRow[]> {
  const { rows } = await sql<Omit<DueRow, 'tags'>>`${due}`.execute(connection)
  if (rows.length === 0) return []
  const tags = await connection
    .selectFrom('purpose_tag')
    .select(['recording_id', 'purpose', 'state', 'retain_until as retainUntil', 'disposition'])
    .where('recording_id', '=', sql<string>`any(${rows.map(({ id }) => id)}::uuid[])`)
    .execute()
  const byRecording = Map.groupBy(tags, (tag) => tag.recording_id)
  return rows.map((row) => ({ ...row, tags: byRecording.get(row.id) ?? [] }))
}

/** Stops every use by staff; the member keeps access until the bytes go. */
export async function quarantine(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  await tx
    .updateTable('recording')
    .set({ status: 'quarantined', quarantined_at: now })
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
  await expireTags(tx, ids)
}

async function expireTags(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx
    .updateTable('purpose_tag')
    .set({ state: 'expired' })
    .where('recording_id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('state', 'in', ['active', 'suspended'])
    .execute()
}

export interface NewDates {
  readonly id: string
  readonly keepUntil: string | null
  readonly dueAt: Date | null
}

/** Replaces dates that the tags do not bear out by those they do, and has the store told. */
export async function setDates(tx: Tx, dates: readonly NewDates[], now: Date): Promise<void> {
  await sql`
    update recording set keep_until = new.keep_until, due_at = new.due_at, objects_changed_at = ${now}
    from unnest(${dates.map(({ id }) => id)}::uuid[], ${dates.map(({ keepUntil }) => keepUntil)}::date[],
      ${dates.map(({ dueAt }) => dueAt)}::timestamptz[]) as new (id, keep_until, due_at)
    where recording.id = new.id`.execute(tx)
}

/** Ends every purpose of recordings but that of the archive, which they get. */
export async function putInArchive(
  tx: Tx,
  archived: readonly { readonly id: string; readonly tag: DerivedTag }[],
): Promise<void> {
  await expireTags(
    tx,
    archived.map(({ id }) => id),
  )
  await tx
    .insertInto('purpose_tag')
    .values(archived.map(({ id, tag }) => tagRow(id, tag)))
    .execute()
}

const isQuarantined = sql<boolean>`status = 'quarantined' and is_free`

/** How many recordings of every entity have been in quarantine since before a moment. */
export async function waitingSince(connection: Connection, before: Date): Promise<Share[]> {
  const { rows } = await sql<Share>`
    select entity.name as entity, one.count as "atMost"
    from (${entitiesWith(isQuarantined)}) entity
    cross join lateral (
      select count(*) from recording
      where entity = entity.name and ${isQuarantined} and quarantined_at <= ${before}
    ) one
    where one.count > 0`.execute(connection)
  return rows
}

/** The entity of each recording. */
export async function entitiesOf(connection: Connection, ids: readonly string[]): Promise<string[]> {
  const rows = await connection
    .selectFrom('recording')
    .select('entity')
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
  return rows.map(({ entity }) => entity)
}

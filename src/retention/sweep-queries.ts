import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { RecordingStatus } from '../db/schema.ts'
import type { Ends, TagDates } from '../recordings/ends.ts'

export interface DueRow {
  readonly id: string
  readonly dueAt: Date
  /** As for `endsOf`. */
  readonly linkBy: string | null
  readonly tags: readonly TagDates[]
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

/** The clock that every instance of the service shares. */
export async function databaseNow(connection: Connection): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(connection)
  const now = rows[0]?.now
  if (!now) throw new TypeError('the database has no clock')
  return now
}

/** Recordings that are due, oldest first. NULL is never due: a trigger is awaited. */
const dueRecordings = (connection: Connection, cutoff: Date, limit: number) =>
  connection
    .selectFrom('recording')
    .select(['id', 'due_at', 'link_by'])
    .where(isLiveAndFree)
    .where('due_at', '<=', cutoff)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)

export const listDue = async (connection: Connection, cutoff: Date, limit: number): Promise<DueRow[]> =>
  withTags(connection, await dueRecordings(connection, cutoff, limit).execute())

/** As `listDue`, with the rows locked and what others have locked left out. */
export const lockDue = async (tx: Tx, cutoff: Date, limit: number): Promise<DueRow[]> =>
  withTags(tx, await dueRecordings(tx, cutoff, limit).forUpdate().skipLocked().execute())

async function withTags(
  connection: Connection,
  rows: readonly { id: string; due_at: Date | null; link_by: string | null }[],
): Promise<DueRow[]> {
  if (rows.length === 0) return []
  const tags = await connection
    .selectFrom('purpose_tag')
    .select(['recording_id', 'state', 'retain_until'])
    .where('recording_id', '=', sql<string>`any(${rows.map(({ id }) => id)}::uuid[])`)
    .execute()
  const byRecording = Map.groupBy(tags, (tag) => tag.recording_id)
  return rows.flatMap(({ id, due_at, link_by: linkBy }) => {
    const own = byRecording.get(id) ?? []
    return due_at
      ? [
          {
            id,
            dueAt: due_at,
            linkBy,
            tags: own.map((tag) => ({ state: tag.state, retainUntil: tag.retain_until })),
          },
        ]
      : []
  })
}

/** Stops every use by staff; the member keeps access until the bytes go. */
export async function quarantine(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  const these = sql<string>`any(${ids}::uuid[])`
  await tx
    .updateTable('recording')
    .set({ status: 'quarantined', quarantined_at: now })
    .where('id', '=', these)
    .execute()
  await tx
    .updateTable('purpose_tag')
    .set({ state: 'expired' })
    .where('recording_id', '=', these)
    .where('state', 'in', ['active', 'suspended'])
    .execute()
}

/** Replaces a date that the tags do not bear out by the one they do. */
export async function correctDate(tx: Tx, id: string, { keepUntil, dueAt }: Ends): Promise<void> {
  await tx
    .updateTable('recording')
    .set({ keep_until: keepUntil, due_at: dueAt })
    .where('id', '=', id)
    .execute()
}

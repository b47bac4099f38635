import { type RawBuilder, sql } from 'kysely'
import type { Connection, Database, Tx } from '../db/database.ts'
import type { RenditionName } from '../storage/keys.ts'
import { HOLDABLE } from './hold-scope-queries.ts'
import type { Stock } from './scrub-pace.ts'

/** A stored object, and what it is measured by. */
export interface StoredFile {
  readonly recordingId: string
  readonly name: RenditionName
  readonly objectKey: string
  readonly plainBytes: number
  readonly cipherBytes: number
  /** Of the plain bytes. */
  readonly sha256: Buffer
  /** Of the stored bytes; null for what was stored before it was noted. */
  readonly cipherSha256: Buffer | null
  /** No two files have the same: it tells this file from one that replaced it. */
  readonly ageHeader: Buffer
  /** Null when the recording's key is gone. */
  readonly key: { readonly kekId: string; readonly wrapped: Buffer } | null
  readonly checkedAt: Date | null
  /** Somebody has been told that it is damaged. */
  readonly isLost: boolean
  /** First instant at which nothing keeps the recording; null while it has no end, or something forbids it. */
  readonly dueAt: Date | null
}

type Row = Omit<StoredFile, 'key'> & { readonly kekId: string | null; readonly wrapped: Buffer | null }

const columns = sql`d.recording_id as "recordingId", d.name, d.object_key as "objectKey",
  d.plain_bytes as "plainBytes", d.cipher_bytes as "cipherBytes", d.sha256, d.cipher_sha256 as "cipherSha256",
  d.age_header as "ageHeader", d.checked_at as "checkedAt", k.kek_id as "kekId", k.wrapped,
  f.recording_id is not null as "isLost", case when r.is_free then r.due_at end as "dueAt"`

/**
 * Of recordings that have bytes and are not being destroyed. One whose original is just being replaced may
 * have the new one in the store and the old one here, until that work is done.
 */
const stored = sql`rendition d
  join recording r on r.id = d.recording_id and r.status in ${HOLDABLE}
    and not exists (select from audio_work w where w.recording_id = r.id and w.kind = 'redact')
  left join recording_key k on k.recording_id = d.recording_id
  left join integrity_finding f on f.recording_id = d.recording_id and f.rendition = d.name`

async function select(connection: Connection, rest: RawBuilder<unknown>): Promise<StoredFile[]> {
  const { rows } = await sql<Row>`select ${columns} from ${stored} ${rest}`.execute(connection)
  return rows.map(({ kekId, wrapped, ...row }) => ({
    ...row,
    key: kekId === null || wrapped === null ? null : { kekId, wrapped },
  }))
}

export interface Longest {
  readonly limit: number
  /** Only those that were right the last time before this; absent: also those never checked, and those first. */
  readonly checkedBefore?: Date
  /** What is known to be damaged is looked at again only when that was seen before this. */
  readonly seenBefore: Date
}

/** Renditions that were checked longest ago. Reads about as many rows as it gives, however many there are. */
export const checkedLongestAgo = (
  db: Database,
  { limit, checkedBefore, seenBefore }: Longest,
): Promise<StoredFile[]> =>
  select(
    db,
    sql`where (f.seen_at is null or f.seen_at < ${seenBefore})
      ${checkedBefore ? sql`and d.checked_at < ${checkedBefore}` : sql``}
      order by d.checked_at nulls first, d.recording_id, d.name limit ${limit}`,
  )

const PAGE = 200

/** Every rendition, a page at a time, in the order of recordings. */
export async function* storedInOrder(db: Database): AsyncGenerator<readonly StoredFile[]> {
  let after = { recordingId: '00000000-0000-0000-0000-000000000000', name: '' }
  for (;;) {
    const page = await select(
      db,
      sql`where (d.recording_id, d.name) > (${after.recordingId}::uuid, ${after.name})
        order by d.recording_id, d.name limit ${PAGE}`,
    )
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (!last || page.length < PAGE) return
    after = last
  }
}

type Which = Pick<StoredFile, 'recordingId' | 'name' | 'ageHeader'>

/** The same file as it is known now; undefined when it was replaced, or its recording is being destroyed. */
export async function readAgain(
  connection: Connection,
  { recordingId, name, ageHeader }: Which,
): Promise<StoredFile | undefined> {
  const [row] = await select(
    connection,
    sql`where d.recording_id = ${recordingId} and d.name = ${name} and d.age_header = ${ageHeader}`,
  )
  return row
}

/** The same, and nobody can begin to destroy it until the transaction ends. */
export async function lockAgain(tx: Tx, file: Which): Promise<StoredFile | undefined> {
  // Locked first: a statement sees what was committed before it began, not before it got its lock.
  await sql`select from recording where id = ${file.recordingId} for update`.execute(tx)
  return readAgain(tx, file)
}

/** Notes when a file proved right, null when it proved wrong; false when another has taken its place. */
export async function markChecked(
  connection: Connection,
  rendition: Which,
  checkedAt: Date | null,
): Promise<boolean> {
  const result = await connection
    .updateTable('rendition')
    .set({ checked_at: checkedAt })
    .where('recording_id', '=', rendition.recordingId)
    .where('name', '=', rendition.name)
    .where('age_header', '=', rendition.ageHeader)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Nobody can find a derived file any more; the original stays known whatever became of it. */
export async function forgetRendition(tx: Tx, rendition: Which): Promise<void> {
  await tx
    .deleteFrom('rendition')
    .where('recording_id', '=', rendition.recordingId)
    .where('name', '=', rendition.name)
    .where('name', '<>', 'original')
    .where('age_header', '=', rendition.ageHeader)
    .execute()
}

/** How much is stored in all. Looks at every row. */
export async function countStock(db: Database): Promise<Stock> {
  const { rows } =
    await sql<Stock>`select count(*) as renditions, coalesce(sum(cipher_bytes), 0)::bigint as bytes
    from rendition`.execute(db)
  return rows[0] ?? { renditions: 0, bytes: 0 }
}

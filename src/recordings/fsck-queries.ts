import { sql } from 'kysely'
import type { Connection, Database, Tx } from '../db/database.ts'
import { workerIsGone } from '../db/instance.ts'
import type { RecordingStatus } from '../db/schema.ts'
import type { TagFacts } from './object-tags.ts'

/** What the database says of one recording, as far as the store can be compared with it. */
export interface FsckRow {
  readonly id: string
  readonly status: RecordingStatus
  readonly statusReason: string | null
  /** Something forbids its destruction: a hold, a restriction, an open request. */
  readonly held: boolean
  /** First instant at which nothing kept it; null while it has no end. */
  readonly dueAt: Date | null
  /** As for `endsOf`. */
  readonly linkBy: string | null
  readonly fence: number
  /** Nobody works on this unfinished recording any more. */
  readonly abandoned: boolean
  readonly hasKey: boolean
  /** Something is stored of it that is wanted no more, and will be removed once nothing forbids it. */
  readonly tidying: boolean
  readonly renditions: readonly { readonly key: string; readonly bytes: number }[]
  readonly tags: readonly TagFacts[]
}

const PAGE = 500

const columns = sql`r.id, r.status, r.status_reason as "statusReason", not r.is_free as held, r.due_at as "dueAt", r.link_by as "linkBy", r.fence,
  case when r.status in ('receiving', 'destroying') then ${workerIsGone('worker')} else false end as abandoned,
  exists (select from recording_key k where k.recording_id = r.id) as "hasKey",
  exists (select from audio_work w where w.recording_id = r.id and w.kind = 'tidy') as tidying,
  coalesce((select json_agg(json_build_object('key', d.object_key, 'bytes', d.cipher_bytes) order by d.object_key)
    from rendition d where d.recording_id = r.id), '[]') as renditions,
  coalesce((select json_agg(json_build_object('purpose', t.purpose, 'ruleId', t.rule_id, 'ruleVersion', t.rule_version,
      'retainUntil', t.retain_until, 'state', t.state))
    from purpose_tag t where t.recording_id = r.id), '[]') as tags`

/** Everything but tombstones, in the order of ids, one page at a time. */
export async function* recordingsInOrder(db: Database): AsyncGenerator<FsckRow> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const { rows } = await sql<FsckRow>`select ${columns} from recording r
      where r.status <> 'destroyed' and r.id > ${after} order by r.id limit ${PAGE}`.execute(db)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    after = last.id
  }
}

/** One recording, tombstones included. */
export async function fsckRow(connection: Connection, id: string): Promise<FsckRow | undefined> {
  const { rows } = await sql<FsckRow>`select ${columns} from recording r where r.id = ${id}`.execute(
    connection,
  )
  return rows[0]
}

/** Recordings that are destroyed, and whose key is nevertheless still there. */
export async function destroyedWithKey(connection: Connection): Promise<string[]> {
  const rows = await connection
    .selectFrom('recording_key')
    .innerJoin('recording', 'recording.id', 'recording_key.recording_id')
    .select('recording.id')
    .where('recording.status', '=', 'destroyed')
    .execute()
  return rows.map(({ id }) => id)
}

export async function deleteKeyOfDestroyed(tx: Tx, id: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('recording_key')
    .where('recording_id', '=', id)
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('recording').select('id').where('id', '=', id).where('status', '=', 'destroyed')),
    )
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

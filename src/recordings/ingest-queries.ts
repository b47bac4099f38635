import { type Selectable, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import { workerIsGone } from '../db/instance.ts'
import type { RecordingStatus, RecordingTable } from '../db/schema.ts'
import type { WrappedIdentity } from '../storage/keyring.ts'
import type { RenditionName } from '../storage/keys.ts'
import type { CallMetadata, DerivedRetention } from './model.ts'
import { tagOf } from './present.ts'

/** A whole row of the table. */
export type RecordingRow = Selectable<RecordingTable>

/** A recording that already has the call, or the idempotency key, of a delivery. */
export interface ExistingRecording {
  readonly id: string
  readonly status: RecordingStatus
  readonly fingerprint: Buffer | null
  readonly foundBy: 'key' | 'call'
}

export interface IdempotencyKey {
  readonly caller: string
  readonly key: string
}

export async function findByKey(
  connection: Connection,
  { caller, key }: IdempotencyKey,
): Promise<ExistingRecording | undefined> {
  const row = await connection
    .selectFrom('ingest_request')
    .innerJoin('recording', 'recording.id', 'ingest_request.recording_id')
    .select(['recording.id', 'recording.status', 'recording.fingerprint'])
    .where('ingest_request.caller', '=', caller)
    .where('ingest_request.idempotency_key', '=', key)
    .executeTakeFirst()
  return row && { ...row, foundBy: 'key' }
}

export async function findByCall(
  connection: Connection,
  call: Pick<CallMetadata, 'entity' | 'callId'>,
): Promise<ExistingRecording | undefined> {
  const row = await connection
    .selectFrom('recording')
    .select(['id', 'status', 'fingerprint'])
    .where('entity', '=', call.entity)
    .where('call_id', '=', call.callId)
    .executeTakeFirst()
  return row && { ...row, foundBy: 'call' }
}

export interface NewRecording {
  readonly id: string
  readonly call: CallMetadata
  readonly receivedAt: Date
  readonly worker: number
}

/** Inserts the row `receiving`; false when another recording of the call is there. */
export async function insertReceiving(
  tx: Tx,
  { id, call, receivedAt, worker }: NewRecording,
): Promise<boolean> {
  const row = await tx
    .insertInto('recording')
    .values({
      id,
      entity: call.entity,
      call_id: call.callId,
      status: 'receiving',
      status_reason: null,
      member_ref: call.memberRef,
      agent_ref: call.agentRef,
      team: call.team,
      product: call.product,
      direction: call.direction,
      language: call.language,
      notice_version: call.noticeVersion,
      sensitivity: [...call.sensitivity],
      channels: call.channels && JSON.stringify(call.channels),
      silence: JSON.stringify(call.silence),
      links: JSON.stringify(call.links),
      started_at: call.startedAt,
      ended_at: call.endedAt,
      received_at: receivedAt,
      fingerprint: null,
      keep_until: null,
      due_at: null,
      quarantined_at: null,
      worker,
      destroyed_at: null,
    })
    .onConflict((conflict) => conflict.columns(['entity', 'call_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Ties an idempotency key to a recording; false when the key is taken. */
export async function insertKey(
  connection: Connection,
  { caller, key }: IdempotencyKey,
  recordingId: string,
): Promise<boolean> {
  const row = await connection
    .insertInto('ingest_request')
    .values({ caller, idempotency_key: key, recording_id: recordingId })
    .onConflict((conflict) => conflict.columns(['caller', 'idempotency_key']).doNothing())
    .returning('recording_id')
    .executeTakeFirst()
  return row !== undefined
}

export async function insertRecordingKey(
  connection: Connection,
  recordingId: string,
  identity: WrappedIdentity,
): Promise<void> {
  const { kekId, wrapped } = identity
  await connection
    .insertInto('recording_key')
    .values({ recording_id: recordingId, kek_id: kekId, wrapped: Buffer.from(wrapped) })
    .execute()
}

export interface StoredOriginal {
  readonly name: RenditionName
  readonly objectKey: string
  readonly mediaType: string
  readonly plainBytes: number
  readonly cipherBytes: number
  readonly sha256: Buffer
  readonly ageHeader: Buffer
  readonly versionId: string
  readonly cipherSha256: Buffer
}

export interface Finish {
  readonly id: string
  readonly worker: number
  readonly status: 'available' | 'unlinked'
  readonly fingerprint: Buffer
  readonly retention: DerivedRetention
}

/** Ends the upload of a row that is still ours; undefined when recovery has taken it over. */
export async function finishReceiving(tx: Tx, finish: Finish): Promise<RecordingRow | undefined> {
  return await tx
    .updateTable('recording')
    .set({
      status: finish.status,
      fingerprint: finish.fingerprint,
      keep_until: finish.retention.keepUntil,
      due_at: finish.retention.dueAt,
      link_by: finish.retention.linkBy,
      worker: null,
    })
    .where('id', '=', finish.id)
    .where('status', '=', 'receiving')
    .where('worker', '=', finish.worker)
    .returningAll()
    .executeTakeFirst()
}

export async function insertOriginal(
  connection: Connection,
  id: string,
  file: StoredOriginal,
): Promise<void> {
  await connection
    .insertInto('rendition')
    .values({
      recording_id: id,
      name: file.name,
      object_key: file.objectKey,
      media_type: file.mediaType,
      plain_bytes: file.plainBytes,
      cipher_bytes: file.cipherBytes,
      sha256: file.sha256,
      age_header: file.ageHeader,
      version_id: file.versionId,
      cipher_sha256: file.cipherSha256,
    })
    .execute()
}

/** A finished recording as the answer to its delivery shows it; undefined once it is being destroyed. */
export async function findDelivered(connection: Connection, id: string) {
  const row = await connection
    .selectFrom('recording')
    .selectAll()
    .where('id', '=', id)
    .where('status', 'not in', ['receiving', 'destroying', 'destroyed'])
    .executeTakeFirst()
  const audio = await connection
    .selectFrom('rendition')
    .select(['media_type as mediaType', 'plain_bytes as bytes', 'sha256'])
    .where('recording_id', '=', id)
    .where('name', '=', 'original')
    .executeTakeFirst()
  if (!row || !audio) return undefined
  const tags = await connection.selectFrom('purpose_tag').selectAll().where('recording_id', '=', id).execute()
  return { row, tags: tags.map(tagOf), audio }
}

/** Locks the row of an upload, waiting for a commit in progress; undefined when there is none. */
export async function lockUpload(
  tx: Tx,
  id: string,
): Promise<{ status: RecordingStatus; worker: number | null } | undefined> {
  return await tx
    .selectFrom('recording')
    .select(['status', 'worker'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** Removes an unfinished upload from the database; false when it is not (or no longer) the worker's. */
export async function deleteReceiving(tx: Tx, id: string, worker: number): Promise<boolean> {
  const row = await lockUpload(tx, id)
  if (row?.status !== 'receiving' || row.worker !== worker) return false
  await tx.deleteFrom('recording_key').where('recording_id', '=', id).execute()
  await tx.deleteFrom('ingest_request').where('recording_id', '=', id).execute()
  await tx.deleteFrom('recording').where('id', '=', id).execute()
  return true
}

/** Ids of the unfinished uploads that carry a worker's number. */
export async function receivingOf(connection: Connection, worker: number): Promise<string[]> {
  const rows = await connection
    .selectFrom('recording')
    .select('id')
    .where('status', '=', 'receiving')
    .where('worker', '=', worker)
    .execute()
  return rows.map(({ id }) => id)
}

export interface Abandoned {
  /** Who takes over. */
  readonly worker: number
  /** Rows that may be taken although their worker lives: the caller's own, known to be given up. */
  readonly givenUp: readonly string[]
  readonly limit: number
  readonly onlyId?: string | undefined
}

/** Takes over unfinished uploads whose worker is gone; no two callers get the same one. */
export async function takeAbandoned(connection: Connection, wanted: Abandoned): Promise<string[]> {
  const rows = await connection
    .with('abandoned', (query) => {
      const found = query
        .selectFrom('recording')
        .select('id')
        .where('status', '=', 'receiving')
        .where((where) =>
          where.or([
            sql<boolean>`id = any(${wanted.givenUp}::uuid[])`,
            // Our own mark may be gone for a moment, while the database connection is being renewed.
            where.and([where('worker', 'is distinct from', wanted.worker), workerIsGone('worker')]),
          ]),
        )
        .orderBy('id')
        .limit(wanted.limit)
        .forUpdate()
        .skipLocked()
      return wanted.onlyId === undefined ? found : found.where('id', '=', wanted.onlyId)
    })
    .updateTable('recording')
    .from('abandoned')
    .set({ worker: wanted.worker })
    .whereRef('recording.id', '=', 'abandoned.id')
    .returning('recording.id')
    .execute()
  return rows.map(({ id }) => id)
}

import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { SilencedRange } from '../db/schema.ts'
import { type RenditionName, renditionKey } from '../storage/keys.ts'
import { HOLDABLE } from './hold-scope-queries.ts'
import type { TagFacts } from './object-tags.ts'
import type { SealedObject } from './put-sealed.ts'
import type { StoredAudioRef } from './read-plain.ts'

/** The original of a recording that is neither arriving nor being destroyed. */
export interface SourceAudio {
  readonly recordingId: string
  readonly audio: StoredAudioRef
  readonly mediaType: string
  /** Of the plain bytes: by this it is known whether it was replaced meanwhile. */
  readonly sha256: Buffer
  /** From the start to the end of the call, as its sender said. */
  readonly callSeconds: number | null
  readonly silence: readonly SilencedRange[]
  /** As decoding showed; null as long as nobody has decoded it. */
  readonly channels: number | null
  readonly sampleRate: number | null
  /** What was made of it. */
  readonly made: readonly RenditionName[]
}

interface SourceRow extends Omit<SourceAudio, 'recordingId' | 'audio' | 'sha256'> {
  readonly id: string
  readonly objectKey: string
  readonly plainBytes: number
  readonly sha256: Buffer
  readonly ageHeader: Buffer
  readonly kekId: string
  readonly wrapped: Buffer
}

/** The original with everything that making something of it needs; undefined when there is none to be used. */
export async function findSource(connection: Connection, id: string): Promise<SourceAudio | undefined> {
  const { rows } = await sql<SourceRow>`
    select r.id, d.object_key as "objectKey", d.plain_bytes as "plainBytes", d.media_type as "mediaType", d.sha256,
      d.age_header as "ageHeader", k.kek_id as "kekId", k.wrapped, r.silence,
      extract(epoch from r.ended_at - r.started_at)::float8 as "callSeconds", f.channels, f.sample_rate as "sampleRate",
      array(select name from rendition made where made.recording_id = r.id) as made
    from recording r
    join rendition d on d.recording_id = r.id and d.name = 'original'
    join recording_key k on k.recording_id = r.id
    left join audio_facts f on f.recording_id = r.id
    where r.id = ${id} and r.status in ${HOLDABLE}`.execute(connection)
  const [row] = rows
  if (!row) return undefined
  const { objectKey, plainBytes, ageHeader, kekId, wrapped, id: recordingId, ...rest } = row
  return {
    ...rest,
    recordingId,
    audio: { objectKey, bytes: plainBytes, locked: { recordingId, kekId, wrapped, ageHeader } },
  }
}

/** What decides whether and how something may be stored of a recording. */
export interface Storable {
  readonly status: string
  readonly isFree: boolean
  readonly tags: readonly TagFacts[]
  readonly linkBy: string | null
  readonly originalSha256: Buffer | null
  /** Something in the original is not to be heard again and still has to come out. */
  readonly redacting: boolean
  readonly kekId: string
  readonly wrapped: Buffer
  readonly versions: readonly { readonly name: RenditionName; readonly versionId: string | null }[]
}

const storable = (id: string) => sql`
  select r.status, r.is_free as "isFree", r.link_by as "linkBy", k.kek_id as "kekId", k.wrapped,
    (select coalesce(json_agg(json_build_object('purpose', t.purpose, 'ruleId', t.rule_id, 'ruleVersion', t.rule_version,
        'retainUntil', t.retain_until, 'state', t.state)), '[]')
      from purpose_tag t where t.recording_id = r.id) as tags,
    (select sha256 from rendition d where d.recording_id = r.id and d.name = 'original') as "originalSha256",
    exists (select from audio_work w where w.recording_id = r.id and w.kind = 'redact') as redacting,
    (select coalesce(json_agg(json_build_object('name', d.name, 'versionId', d.version_id)), '[]')
      from rendition d where d.recording_id = r.id) as versions
  from recording r join recording_key k on k.recording_id = r.id
  where r.id = ${id} and r.status in ${HOLDABLE}`

/** Undefined once the recording is being destroyed. */
export async function readStorable(connection: Connection, id: string): Promise<Storable | undefined> {
  const { rows } = await sql<Storable>`${storable(id)}`.execute(connection)
  return rows[0]
}

/** The same, and nothing of it changes until the transaction ends. */
export async function lockStorable(tx: Tx, id: string): Promise<Storable | undefined> {
  // Locked first: a statement sees what was committed before it began, not before it got its lock.
  await sql`select from recording where id = ${id} for update`.execute(tx)
  return readStorable(tx, id)
}

export interface StoredRendition extends SealedObject {
  readonly name: RenditionName
  readonly mediaType: string
}

/** Notes what was stored; the rendition of the same name is replaced. */
export async function upsertRendition(tx: Tx, id: string, stored: StoredRendition): Promise<void> {
  const values = {
    object_key: renditionKey(id, stored.name),
    media_type: stored.mediaType,
    plain_bytes: stored.plainBytes,
    cipher_bytes: stored.cipherBytes,
    sha256: stored.sha256,
    age_header: stored.ageHeader,
    version_id: stored.versionId,
    cipher_sha256: stored.cipherSha256,
    checked_at: null,
  }
  await tx
    .insertInto('rendition')
    .values({ recording_id: id, name: stored.name, ...values })
    .onConflict((conflict) => conflict.columns(['recording_id', 'name']).doUpdateSet(values))
    .execute()
}

/** Puts the recording on the list of those the store is to be told of. */
export async function markObjectsChanged(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.updateTable('recording').set({ objects_changed_at: now }).where('id', '=', id).execute()
}

export interface NewFacts {
  readonly codec: string
  readonly channels: number
  readonly sampleRate: number
  readonly durationMs: number
  readonly warning: string | null
}

/** What decoding showed; a recording that could be played can be heard from now on. */
export async function storeFacts(tx: Tx, id: string, facts: NewFacts, now: Date): Promise<void> {
  const values = {
    codec: facts.codec,
    channels: facts.channels,
    sample_rate: facts.sampleRate,
    duration_ms: facts.durationMs,
    warning: facts.warning,
    decoded_at: now,
  }
  await tx
    .insertInto('audio_facts')
    .values({ recording_id: id, ...values })
    .onConflict((conflict) => conflict.column('recording_id').doUpdateSet(values))
    .execute()
  await tx
    .updateTable('recording')
    .set({ status: 'available', status_reason: null })
    .where('id', '=', id)
    .where('status', 'in', ['processing', 'unplayable'])
    .execute()
}

/** The bytes stay as they came; the reason says why nobody can hear them. */
export async function markUnplayable(tx: Tx, id: string, reason: string): Promise<boolean> {
  const row = await tx
    .updateTable('recording')
    .set({ status: 'unplayable', status_reason: reason })
    .where('id', '=', id)
    .where('status', 'in', ['processing', 'available'])
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** What else is to be made of a recording once it is known that it plays. */
export async function readWishes(
  tx: Tx,
  id: string,
): Promise<{ readonly training: boolean; readonly cuts: boolean }> {
  const { rows } = await sql<{ training: boolean; cuts: boolean }>`
    select exists (select from purpose_tag where recording_id = ${id} and purpose = 'training_coaching'
        and state in ('active', 'pending_trigger')) as training,
      exists (select from audio_span where recording_id = ${id} and kind = 'cut') as cuts`.execute(tx)
  return rows[0] ?? { training: false, cuts: false }
}

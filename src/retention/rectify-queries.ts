import { sql } from 'kysely'
import type { Scope } from '../access/policy.ts'
import type { Tx } from '../db/database.ts'
import type { RecordingStatus } from '../db/schema.ts'
import type { AudioState, Correctable, Linked, OldValue } from './rectification.ts'

/** A recording as it says before a correction. */
export interface Rectifiable {
  readonly status: RecordingStatus
  readonly facts: Correctable
  readonly audio: AudioState
}

/** Locks a recording of the scope that still has bytes. */
export async function lockRectifiable(tx: Tx, id: string, scope: Scope): Promise<Rectifiable | undefined> {
  const row = await tx
    .selectFrom('recording')
    .selectAll()
    .where('id', '=', id)
    .where(sql<boolean>`(member_ref = ${scope.memberRef} or entity = any(${scope.entities}))`)
    .where('status', 'not in', ['receiving', 'destroying', 'destroyed'])
    .forUpdate()
    .executeTakeFirst()
  if (!row?.started_at) return undefined
  const facts: Correctable = {
    memberRef: row.member_ref,
    agentRef: row.agent_ref ?? '',
    team: row.team,
    product: row.product ?? '',
    direction: row.direction ?? 'inbound',
    language: row.language ?? '',
    sensitivity: row.sensitivity,
    links: row.links,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
  return { status: row.status, facts, audio: await audioStateOf(tx, id) }
}

async function audioStateOf(tx: Tx, id: string): Promise<AudioState> {
  const facts = await tx
    .selectFrom('audio_facts')
    .select('recording_id')
    .where('recording_id', '=', id)
    .executeTakeFirst()
  const playback = await tx
    .selectFrom('audio_work')
    .select(['state', 'reason'])
    .where('recording_id', '=', id)
    .where('kind', '=', 'playback')
    .executeTakeFirst()
  return { isDecoded: facts !== undefined, playback: playback ?? null }
}

/** Writes corrected facts; tags of the recording speak of its product, too. */
export async function writeCorrected(tx: Tx, id: string, facts: Correctable): Promise<void> {
  await tx
    .updateTable('recording')
    .set({
      member_ref: facts.memberRef,
      agent_ref: facts.agentRef,
      team: facts.team,
      product: facts.product,
      direction: facts.direction,
      language: facts.language,
      sensitivity: [...facts.sensitivity],
      links: JSON.stringify(facts.links),
      started_at: facts.startedAt,
      ended_at: facts.endedAt,
    })
    .where('id', '=', id)
    .execute()
  await tx
    .updateTable('purpose_tag')
    .set({ product: facts.product })
    .where('recording_id', '=', id)
    .where('product', '<>', facts.product)
    .execute()
}

export async function writeLinked(tx: Tx, id: string, linked: Linked): Promise<void> {
  const { status, statusReason, linkBy } = linked
  await tx
    .updateTable('recording')
    .set({ status, status_reason: statusReason, link_by: linkBy })
    .where('id', '=', id)
    .execute()
}

export async function insertOldValues(
  tx: Tx,
  recordingId: string,
  values: readonly OldValue[],
  now: Date,
): Promise<void> {
  await tx
    .insertInto('corrected_value')
    .values(
      values.map(({ field, value, salt }) => ({
        ...{ recording_id: recordingId, field, corrected_at: now, old_value: value, salt },
      })),
    )
    .execute()
}

/** Ends what a member was listening to; staff listen for a purpose, which a correction does not end. */
export async function endPlaybacksOfMember(tx: Tx, recordingId: string): Promise<void> {
  await tx
    .deleteFrom('playback')
    .where('recording_id', '=', recordingId)
    .where('purpose', 'is', null)
    .execute()
}

/** Whether a member ever heard it or took a copy. */
export async function wasHeardByMember(tx: Tx, recordingId: string): Promise<boolean> {
  const { rows } = await sql`select from audit_event where recording_id = ${recordingId} and outcome = 'ok'
    and type in ('recording.audio_opened', 'recording.copied', 'playback.started')
    and 'member' = any(actor_roles) limit 1`.execute(tx)
  return rows.length > 0
}

import type { Scope, TagFacts } from '../access/policy.ts'
import type { Pool } from '../db/database.ts'
import type { RecordingStatus } from '../db/schema.ts'
import type { RenditionName } from '../storage/keys.ts'

/** Everything a range request needs, read in one round trip. */
export interface AudioRow {
  readonly id: string
  readonly entity: string
  readonly status: RecordingStatus
  readonly member_ref: string | null
  readonly agent_ref: string | null
  readonly restricted: boolean
  readonly sensitivity: string[]
  readonly tags: TagFacts[]
  /** Null, like everything of the rendition and the key, when the recording has no such rendition. */
  readonly object_key: string | null
  readonly media_type: string | null
  readonly plain_bytes: number | null
  readonly sha256: Buffer | null
  readonly age_header: Buffer | null
  readonly kek_id: string | null
  readonly wrapped: Buffer | null
}

export interface PlaybackAudioRow extends AudioRow {
  readonly rendition: RenditionName
  readonly purpose: string | null
  readonly case_ref: string | null
}

const COLUMNS = `recording.id, recording.entity, recording.status, recording.member_ref, recording.agent_ref,
  recording.restricted, recording.sensitivity, rendition.object_key, rendition.media_type,
  rendition.plain_bytes, rendition.sha256, rendition.age_header, recording_key.kek_id, recording_key.wrapped,
  (select coalesce(json_agg(json_build_object('purpose', tag.purpose, 'state', tag.state,
      'retainUntil', tag.retain_until)), '[]')
    from purpose_tag tag where tag.recording_id = recording.id) as tags`

const JOINS = `left join recording_key on recording_key.recording_id = recording.id`

/**
 * Scoped like the policy, so that a foreign recording costs what an unknown one does and an oversight
 * in either still keeps it closed. Prepared under a name: planned once per connection.
 */
const BY_RECORDING = {
  name: 'find-audio',
  text: `select ${COLUMNS} from recording
    left join rendition on rendition.recording_id = recording.id and rendition.name = $2
    ${JOINS}
    where recording.id = $1 and (recording.member_ref = $3 or recording.entity = any($4))
      and recording.status not in ('receiving', 'destroying', 'destroyed')`,
}

const BY_PLAYBACK = {
  name: 'find-playback-audio',
  text: `select ${COLUMNS}, playback.rendition, playback.purpose, playback.case_ref
    from playback join recording on recording.id = playback.recording_id
    left join rendition on rendition.recording_id = recording.id and rendition.name = playback.rendition
    ${JOINS}
    where playback.id = $1 and playback.actor_sub = $2 and playback.expires_at > $3
      and (recording.member_ref = $4 or recording.entity = any($5))
      and recording.status not in ('receiving', 'destroying', 'destroyed')`,
}

export async function findAudio(
  pool: Pool,
  id: string,
  rendition: RenditionName,
  scope: Scope,
): Promise<AudioRow | undefined> {
  const values = [id, rendition, scope.memberRef, scope.entities]
  const { rows } = await pool.query<AudioRow>({ ...BY_RECORDING, values })
  return rows[0]
}

/** The playback must be the caller's own and not have expired. */
export async function findPlaybackAudio(
  pool: Pool,
  id: string,
  actorSub: string,
  now: Date,
  scope: Scope,
): Promise<PlaybackAudioRow | undefined> {
  const values = [id, actorSub, now, scope.memberRef, scope.entities]
  const { rows } = await pool.query<PlaybackAudioRow>({ ...BY_PLAYBACK, values })
  return rows[0]
}

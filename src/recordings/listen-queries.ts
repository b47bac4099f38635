import type { Scope, TagFacts } from '../access/policy.ts'
import type { AudioWorkKind } from '../db/audio-schema.ts'
import type { Pool } from '../db/database.ts'
import type { RecordingStatus } from '../db/schema.ts'
import type { RenditionName } from '../storage/keys.ts'
import type { AssignmentFacts } from './training-assignment.ts'

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
  /** Something was found in it that nobody is to hear again, and it is not out yet. */
  readonly redacting: boolean
  /** The caller's item of the sample they name; null when there is none. */
  readonly assignment?: AssignmentFacts | null
  /** The caller's own emergency access to it that is live. */
  readonly break_glass: string | null
  /** Whether the caller hears nothing as staff until somebody looked at what they did. */
  readonly suspended: boolean
  /** What was found: for a copy the original as long as nothing is left out of it. */
  readonly rendition: RenditionName | null
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
  /** What the playback was started for, whatever of it is looked up now. */
  readonly heard: RenditionName
  readonly purpose: string | null
  readonly case_ref: string | null
  readonly sample_id: string | null
}

const COLUMNS = `recording.id, recording.entity, recording.status, recording.member_ref, recording.agent_ref,
  recording.restricted, recording.sensitivity, rendition.object_key, rendition.media_type,
  rendition.plain_bytes, rendition.sha256, rendition.age_header, recording_key.kek_id, recording_key.wrapped,
  (select coalesce(json_agg(json_build_object('purpose', tag.purpose, 'state', tag.state,
      'retainUntil', tag.retain_until)), '[]')
    from purpose_tag tag where tag.recording_id = recording.id) as tags,
  exists (select from audio_work where audio_work.recording_id = recording.id
    and audio_work.kind = 'redact') as redacting`

/** What emergencies and anomalies change for staff; costs nothing for members, who have no entities. */
const oversight = (entities: string, actorSub: string, now: string): string =>
  `case when ${entities} <> '{}' then (select id from break_glass where break_glass.recording_id = recording.id
      and break_glass.actor_sub = ${actorSub} and break_glass.ends_at > ${now} limit 1) end as break_glass,
    ${entities} <> '{}' and (
      exists (select from staff_anomaly where staff_anomaly.actor_sub = ${actorSub}
        and staff_anomaly.acknowledged_at is null and staff_anomaly.blocks)
      or exists (select from break_glass late where late.actor_sub = ${actorSub}
        and late.reviewed_at is null and late.review_due_at <= ${now})) as suspended`

/** Costs nothing where no sample is named. */
const assignment = (sample: string, actorSub: string): string =>
  `case when ${sample} is not null then (select json_build_object('endsOn', item.ends_on,
      'isWithdrawn', item.withdrawn_at is not null, 'isHeld', recording.hold_count > 0)
    from training_item item
    join training_coach coach on coach.sample_id = item.sample_id and coach.coach_sub = ${actorSub}
    where item.sample_id = ${sample} and item.recording_id = recording.id) end as assignment`

const JOINS = `left join recording_key on recording_key.recording_id = recording.id`

/**
 * Scoped like the policy, so that a foreign recording costs what an unknown one does and an oversight
 * in either still keeps it closed. Prepared under a name, for a pool that plans once.
 */
const byRecording = (rendition: string, more = ''): string =>
  `select ${COLUMNS}, ${oversight('$4::text[]', '$5', '$6::timestamptz')}, rendition.name as rendition${more} from recording
    left join rendition on rendition.recording_id = recording.id and rendition.name = ${rendition}
    ${JOINS}
    where recording.id = $1 and (recording.member_ref = $3 or recording.entity = any($4))
      and recording.status not in ('receiving', 'destroying', 'destroyed')`

const BY_RECORDING = { name: 'find-audio', text: byRecording('$2') }
const FOR_SAMPLE = {
  name: 'find-audio-for-sample',
  text: byRecording('$2', `, ${assignment('$7::uuid', '$5')}`),
}
/** In one statement with the cuts: an original that has some is never taken for the copy. */
const COPY_BY_RECORDING = {
  name: 'find-copy',
  text: byRecording(`case when exists (select from audio_span
    where audio_span.recording_id = recording.id and audio_span.kind = 'cut') then $2 else 'original' end`),
}

const byPlayback = (rendition: string): string =>
  `select ${COLUMNS}, ${rendition} as rendition, playback.rendition as heard, playback.purpose, playback.case_ref,
      playback.sample_id, ${oversight('$5::text[]', '$2', '$3::timestamptz')}, ${assignment('playback.sample_id', 'playback.actor_sub')}
    from playback join recording on recording.id = playback.recording_id
    left join rendition on rendition.recording_id = recording.id and rendition.name = ${rendition}
    ${JOINS}
    where playback.id = $1 and playback.actor_sub = $2 and playback.expires_at > $3
      and (recording.member_ref = $4 or recording.entity = any($5))
      and recording.status not in ('receiving', 'destroying', 'destroyed')`

const BY_PLAYBACK = { name: 'find-playback-audio', text: byPlayback('playback.rendition') }
const WAVEFORM_BY_PLAYBACK = { name: 'find-playback-waveform', text: byPlayback(`'waveform'`) }

export interface AudioLookup {
  readonly id: string
  readonly rendition: RenditionName
  readonly actorSub: string
  readonly now: Date
}

export async function findAudio(
  pool: Pool,
  { id, rendition, actorSub, now }: AudioLookup,
  scope: Scope,
): Promise<AudioRow | undefined> {
  const values = [id, rendition, scope.memberRef, scope.entities, actorSub, now]
  const statement = rendition === 'copy' ? COPY_BY_RECORDING : BY_RECORDING
  const { rows } = await pool.query<AudioRow>({ ...statement, values })
  return rows[0]
}

/** For a coach who names a sample. */
export async function findAudioForSample(
  pool: Pool,
  { id, rendition, sampleId, actorSub, now }: AudioLookup & { readonly sampleId: string },
  scope: Scope,
): Promise<AudioRow | undefined> {
  const values = [id, rendition, scope.memberRef, scope.entities, actorSub, now, sampleId]
  const { rows } = await pool.query<AudioRow>({ ...FOR_SAMPLE, values })
  return rows[0]
}

export interface PlaybackLookup {
  readonly id: string
  readonly actorSub: string
  readonly now: Date
  /** What is asked for of the recording: the sound that the playback was started for, or its picture. */
  readonly what: 'sound' | 'waveform'
}

/** The playback must be the caller's own and not have expired. */
export async function findPlaybackAudio(
  pool: Pool,
  { id, actorSub, now, what }: PlaybackLookup,
  scope: Scope,
): Promise<PlaybackAudioRow | undefined> {
  const values = [id, actorSub, now, scope.memberRef, scope.entities]
  const statement = what === 'sound' ? BY_PLAYBACK : WAVEFORM_BY_PLAYBACK
  const { rows } = await pool.query<PlaybackAudioRow>({ ...statement, values })
  return rows[0]
}

/** Whether work of one of these kinds on the recording will still be done; parked work will not. */
export async function isWorkWaiting(
  pool: Pool,
  id: string,
  kinds: readonly AudioWorkKind[],
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from audio_work where recording_id = $1 and kind = any($2) and state = 'waiting' limit 1`,
    [id, kinds],
  )
  return rowCount === 1
}

/** What there is to choose from when a recording is listened to. */
export interface ChoicesRow {
  /** Who speaks on each channel, as the sender said. */
  readonly parties: string[] | null
  /** As decoding showed; null as long as nobody has decoded it. */
  readonly audio_channels: number | null
  readonly made: RenditionName[]
}

/** Scoped like the audio itself; says nothing of who may hear it. */
export async function findChoices(pool: Pool, id: string, scope: Scope): Promise<ChoicesRow | undefined> {
  const { rows } = await pool.query<ChoicesRow>(
    `select recording.channels as parties, audio_facts.channels as audio_channels,
      array(select name from rendition where rendition.recording_id = recording.id) as made
    from recording left join audio_facts on audio_facts.recording_id = recording.id
    where recording.id = $1 and (recording.member_ref = $2 or recording.entity = any($3))
      and recording.status not in ('receiving', 'destroying', 'destroyed')`,
    [id, scope.memberRef, scope.entities],
  )
  return rows[0]
}

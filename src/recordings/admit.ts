import { createHash } from 'node:crypto'
import type { Actor } from '../access/actor.ts'
import { type Intent, judge, type Scope, scopeOf } from '../access/policy.ts'
import { isRefusal, NOT_FOUND, type Refusal, reasonOf, SUSPENDED } from '../access/verdict.ts'
import type { AuditEvent } from '../audit/append.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { AudioWorkKind } from '../db/audio-schema.ts'
import type { Pool } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp, isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { RenditionName } from '../storage/keys.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import {
  type AudioRow,
  findAudio,
  findAudioForSample,
  findPlaybackAudio,
  isWorkWaiting,
  type PlaybackAudioRow,
} from './listen-queries.ts'
import { subjectOf } from './present.ts'
import type { StaffWatch } from './staff-watch.ts'
import { assignmentOf } from './training-assignment.ts'
import { trainingUse } from './training-use.ts'
import type { LockedAudio } from './unlock.ts'

/**
 * Somebody asks for the audio of a recording, or of a playback they started. `waveform` asks for the picture
 * of it, which takes the same right as hearing it.
 */
export interface AudioRequest {
  readonly actor: Actor
  readonly act: 'listen' | 'copy' | 'waveform'
  readonly target:
    | { readonly recordingId: string; readonly rendition: RenditionName; readonly intent: Intent }
    | { readonly playbackId: string }
}

/** Audio that the request may have at this instant, and how to read it. */
export interface Grant {
  readonly request: AudioRequest
  readonly recordingId: string
  readonly playbackId: string | null
  readonly rendition: RenditionName
  readonly intent: Intent
  /** Whether the actor hears it as the member whose call it is, and not as staff. */
  readonly isOwn: boolean
  /** The emergency for which the recording is open to the actor; null in the usual case. */
  readonly breakGlass: string | null
  readonly objectKey: string
  readonly mediaType: string
  readonly bytes: number
  readonly etag: string
  readonly locked: LockedAudio
}

export interface AdmitPorts {
  readonly pool: Pool
  readonly trail: AuditTrail
  readonly clock: Clock
  readonly staffWatch: Pick<StaffWatch, 'opened' | 'triedWithoutCase'>
}

/** Nothing to hear, although the actor may: it was not made (yet), or is taken out of the recording now. */
interface NotThere {
  readonly recordingId: string
  readonly lacks: RenditionName | 'redaction'
}

/** Work after which the rendition may be there. Only a finished `playback` knows whether it asks for the others. */
const MADE_BY: Partial<Record<RenditionName, readonly AudioWorkKind[]>> = {
  playback: ['playback'],
  waveform: ['playback'],
  mix: ['playback', 'channels'],
  channel1: ['playback', 'channels'],
  channel2: ['playback', 'channels'],
  masked: ['playback', 'masked'],
}

/** About as long as a call of ordinary length takes in an empty queue. */
const RETRY_AFTER_SECONDS = 10

/**
 * Decides who may hear what. A refusal is audited and thrown as a Problem; foreign, unknown, destroyed
 * and malformed ids take exactly the same steps to the same `not_found`.
 */
export function makeAdmit({ pool, trail, clock, staffWatch }: AdmitPorts) {
  async function look(request: AudioRequest): Promise<Grant | NotThere | Refusal> {
    const now = clock.now()
    const scope = scopeOf(request.actor)
    const { actor, target } = request
    if ('playbackId' in target) {
      const what = request.act === 'waveform' ? 'waveform' : 'sound'
      const lookup = { id: idToLookUp(target.playbackId), actorSub: actor.sub, now, what } as const
      const row = await findPlaybackAudio(pool, lookup, scope)
      return row ? decide(request, row, { ...row, intent: intentOf(row) }, now) : NOT_FOUND
    }
    const row = await findTarget(pool, actor, target, scope, now)
    if (!row) return NOT_FOUND
    const rendition = row.rendition ?? target.rendition
    return decide(request, row, { rendition, heard: rendition, intent: target.intent }, now)
  }

  async function isComing({ recordingId, lacks }: NotThere): Promise<boolean> {
    // A copy is lacking only when something is to be left out of it: then it comes, or stays away.
    if (lacks === 'redaction' || lacks === 'copy') return true
    return isWorkWaiting(pool, recordingId, MADE_BY[lacks] ?? [])
  }

  async function refuse(request: AudioRequest, refusal: Refusal): Promise<never> {
    await trail.append(refusalEvent(request, refusal, clock.now())).catch((cause: unknown) => {
      throw new Problem('unavailable', { cause })
    })
    if (refusal.decision === 'purpose_required' && 'recordingId' in request.target)
      await staffWatch.triedWithoutCase(request.actor, request.target.recordingId)
    throw new Problem(refusal.decision, { reason: reasonOf(refusal) })
  }

  return {
    /**
     * Rejects with Problem: `not_found`, `forbidden`, `purpose_required`, `purpose_expired`,
     * `listening_suspended`, `unavailable`
     * (with a time to try again when what is asked for is still being made).
     */
    async admit(request: AudioRequest): Promise<Grant> {
      const found = await look(request)
      if ('decision' in found) return refuse(request, found)
      if ('etag' in found) {
        if ((await staffWatch.opened(found)) === 'suspended') return refuse(request, SUSPENDED)
        return found
      }
      if (!(await isComing(found))) return refuse(request, NOT_FOUND)
      throw new Problem('unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS })
    },

    /** Whether the same request would still get the same bytes, for answers that take long. */
    async stillHolds(grant: Grant): Promise<boolean> {
      const found = await look(grant.request)
      return 'etag' in found && isSameAudio(found, grant)
    },
  }
}

function findTarget(
  pool: Pool,
  actor: Actor,
  { recordingId, rendition, intent: { sampleId } }: Extract<AudioRequest['target'], { recordingId: string }>,
  scope: Scope,
  now: Date,
): Promise<AudioRow | undefined> {
  const lookup = { id: idToLookUp(recordingId), rendition, actorSub: actor.sub, now }
  if (sampleId === undefined) return findAudio(pool, lookup, scope)
  return findAudioForSample(pool, { ...lookup, sampleId: idToLookUp(sampleId) }, scope)
}

export type Admission = ReturnType<typeof makeAdmit>

const intentOf = (row: PlaybackAudioRow): Intent => ({
  purpose: row.purpose ?? undefined,
  caseRef: row.case_ref ?? undefined,
  sampleId: row.sample_id ?? undefined,
})

interface Asked {
  readonly rendition: RenditionName
  /** Differs where the waveform of a playback is asked for: then it is the sound that the picture goes with. */
  readonly heard: RenditionName
  readonly intent: Intent
}

function decide(
  request: AudioRequest,
  row: AudioRow,
  { rendition, heard, intent }: Asked,
  now: Date,
): Grant | NotThere | Refusal {
  const action = request.act === 'copy' ? 'copy' : 'listen'
  const assignment = assignmentOf(row.assignment ?? null, row, now)
  const verdict = judge(request.actor, action, { ...subjectOf(row, row.tags), assignment }, now, intent)
  if (isRefusal(verdict)) return verdict
  // A sample gives voices that are masked, and nothing else.
  if (intent.sampleId !== undefined && heard !== 'masked')
    return { decision: 'forbidden', reason: 'masked_only' }
  if (heard === 'masked' && trainingUse(row, now) !== 'allowed') return NOT_FOUND
  if (row.redacting) return { recordingId: row.id, lacks: 'redaction' }
  return grantOf(request, row, rendition, intent) ?? { recordingId: row.id, lacks: rendition }
}

/** Undefined when the recording has no such rendition, or its key is destroyed. */
function grantOf(
  request: AudioRequest,
  row: AudioRow,
  rendition: RenditionName,
  intent: Intent,
): Grant | undefined {
  const { object_key, media_type, plain_bytes, sha256, age_header, kek_id, wrapped } = row
  if (object_key === null || media_type === null || plain_bytes === null) return undefined
  if (sha256 === null || age_header === null || kek_id === null || wrapped === null) return undefined
  return {
    request,
    recordingId: row.id,
    playbackId: 'playbackId' in request.target ? request.target.playbackId : null,
    rendition,
    intent,
    isOwn: row.member_ref !== null && row.member_ref === scopeOf(request.actor).memberRef,
    breakGlass: row.break_glass,
    objectKey: object_key,
    mediaType: media_type,
    bytes: plain_bytes,
    etag: etagOf(object_key, sha256),
    locked: { recordingId: row.id, kekId: kek_id, wrapped, ageHeader: age_header },
  }
}

/** The key is part of it, so equal audio in two recordings does not show. */
const etagOf = (objectKey: string, sha256: Buffer): string =>
  `"${createHash('sha256').update(objectKey).update(sha256).digest('base64url').slice(0, 32)}"`

const isSameAudio = (one: Grant, other: Grant): boolean =>
  one.etag === other.etag && Buffer.compare(one.locked.wrapped, other.locked.wrapped) === 0

const EVENT_TYPES: Record<AudioRequest['act'], string> = {
  listen: 'recording.audio_opened',
  copy: 'recording.copied',
  waveform: 'recording.waveform_viewed',
}

export const eventTypeOf = (act: AudioRequest['act']): string => EVENT_TYPES[act]

/** Which sample an act was for, as the audit says it. */
export const sampleOf = ({ sampleId }: Intent): { readonly sample?: string } =>
  sampleId === undefined ? {} : { sample: sampleId }

/** For which sample or emergency audio was opened, as the audit says it. */
export const groundOf = ({ intent, breakGlass }: Pick<Grant, 'intent' | 'breakGlass'>) => ({
  ...sampleOf(intent),
  ...(breakGlass === null ? {} : { breakGlass }),
})

function refusalEvent(request: AudioRequest, refusal: Refusal, at: Date): AuditEvent {
  const { target } = request
  const isPlayback = 'playbackId' in target
  const reason = reasonOf(refusal)
  const detail = { ...(isPlayback ? {} : sampleOf(target.intent)), ...(reason && { reason }) }
  return {
    type: eventTypeOf(request.act),
    action: request.act === 'copy' ? 'E' : 'R',
    outcome: 'denied',
    code: refusal.decision,
    at,
    actor: request.actor,
    requestId: currentRequestId() ?? null,
    ...(isPlayback && isId(target.playbackId) ? { playbackId: target.playbackId } : {}),
    ...(!isPlayback && isId(target.recordingId) ? { recordingId: target.recordingId } : {}),
    ...(isPlayback ? {} : { purpose: target.intent.purpose ?? null, caseRef: target.intent.caseRef ?? null }),
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
  }
}

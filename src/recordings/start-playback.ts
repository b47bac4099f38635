import type { Actor } from '../access/actor.ts'
import type { Intent } from '../access/policy.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { HOUR } from '../kernel/units.ts'
import type { RenditionName } from '../storage/keys.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { groundOf } from './admit.ts'
import type { AdmitWanted } from './admit-wanted.ts'
import { type ChannelChoice, channelChoices, type Wanted } from './choose-rendition.ts'
import { insertPlayback } from './playback-queries.ts'

/** Longer than a working day: a player left open over lunch goes on, one left open overnight does not. */
const LIFETIME_MS = 12 * HOUR

export interface StartPlaybackPorts {
  readonly db: Database
  readonly admitWanted: AdmitWanted
  readonly clock: Clock
}

export interface Playback {
  readonly id: string
  readonly recordingId: string
  readonly rendition: RenditionName
  readonly mediaType: string
  readonly bytes: number
  readonly hasWaveform: boolean
  readonly channels: readonly ChannelChoice[]
  readonly expiresAt: Date
}

/**
 * Starts one listening session of one actor for one declared purpose. It grants nothing by itself:
 * every range request through it is decided anew. Throws what `admitWanted` throws.
 */
export function makeStartPlayback({ db, admitWanted, clock }: StartPlaybackPorts) {
  return async function startPlayback(
    actor: Actor,
    recordingId: string,
    wanted: Wanted,
    intent: Intent,
  ): Promise<Playback> {
    const { grant, choices } = await admitWanted(actor, recordingId, wanted, intent)
    const { rendition } = grant
    const now = clock.now()
    const playback = {
      id: newId(),
      recording_id: grant.recordingId,
      rendition,
      actor_sub: actor.sub,
      purpose: intent.purpose ?? null,
      case_ref: intent.caseRef ?? null,
      sample_id: intent.sampleId ?? null,
      created_at: now,
      expires_at: new Date(now.getTime() + LIFETIME_MS),
    }
    await db.transaction().execute(async (tx) => {
      await insertPlayback(tx, playback)
      await appendAudit(tx, {
        type: 'playback.started',
        action: 'C',
        outcome: 'ok',
        at: now,
        actor,
        recordingId: grant.recordingId,
        playbackId: playback.id,
        purpose: playback.purpose,
        caseRef: playback.case_ref,
        requestId: currentRequestId() ?? null,
        detail: { rendition, ...groundOf(grant) },
      })
    })
    return {
      id: playback.id,
      recordingId: grant.recordingId,
      rendition,
      mediaType: grant.mediaType,
      bytes: grant.bytes,
      hasWaveform: choices.made.includes('waveform'),
      channels: channelChoices(choices),
      expiresAt: playback.expires_at,
    }
  }
}

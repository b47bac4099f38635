import type { AuditEvent } from '../audit/append.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import { levelFor, type WaveformJson, waveformJson } from '../media/waveform.ts'
import { decodeWaveform, WaveformFileError } from '../media/waveform-file.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { type Admission, type AudioRequest, eventTypeOf, type Grant, groundOf } from './admit.ts'
import type { ReadPlain } from './read-plain.ts'

export interface ShowWaveformPorts {
  readonly admission: Pick<Admission, 'admit'>
  readonly readPlain: Pick<ReadPlain, 'part'>
  readonly trail: Pick<AuditTrail, 'append'>
  readonly clock: Clock
}

/** Three megabytes at the most, so a store that needs longer does not answer. */
const READ_MS = 10 * SECOND

export type WaveformRequest = AudioRequest & { readonly act: 'waveform' }

/**
 * The picture of a recording, with at most so many points, for whoever may hear it. It shows who spoke when and
 * how loudly, so it is put on record before anything of it leaves. Throws what `admit` throws, and Problem
 * `damaged_recording`.
 */
export function makeShowWaveform({ admission, readPlain, trail, clock }: ShowWaveformPorts) {
  return async function showWaveform(request: WaveformRequest, pixels: number): Promise<WaveformJson> {
    const grant = await admission.admit(request)
    try {
      const waveform = decodeWaveform(
        await readPlain.part(grant, { offset: 0, length: grant.bytes }, AbortSignal.timeout(READ_MS)),
      )
      await trail.append(viewed(grant, clock.now()))
      return waveformJson(levelFor(waveform, pixels))
    } catch (error) {
      throw problemOf(error)
    }
  }
}

export type ShowWaveform = ReturnType<typeof makeShowWaveform>

const viewed = (grant: Grant, at: Date): AuditEvent => ({
  type: eventTypeOf('waveform'),
  action: 'R',
  outcome: 'ok',
  at,
  actor: grant.request.actor,
  recordingId: grant.recordingId,
  ...(grant.playbackId === null ? {} : { playbackId: grant.playbackId }),
  purpose: grant.intent.purpose ?? null,
  caseRef: grant.intent.caseRef ?? null,
  requestId: currentRequestId() ?? null,
  detail: groundOf(grant),
})

/** Neither a store nor an audit that does not answer may show anything; what was stored wrongly is damage. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(error instanceof WaveformFileError ? 'damaged_recording' : 'unavailable', {
    cause: error,
  })
}

import type { Actor } from '../access/actor.ts'
import { type Intent, scopeOf } from '../access/policy.ts'
import type { Pool } from '../db/database.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { type FieldError, Problem } from '../kernel/problem.ts'
import type { Admission, Grant } from './admit.ts'
import { type Choices, chooseRendition, NO_CHOICES, type Wanted, wantedError } from './choose-rendition.ts'
import { findChoices } from './listen-queries.ts'

export interface AdmitWantedPorts {
  readonly pool: Pool
  readonly admission: Pick<Admission, 'admit'>
}

export interface Admitted {
  readonly grant: Grant
  /** What else the listener could have asked for. */
  readonly choices: Choices
}

/**
 * Admits somebody to what they want to hear of a recording. What cannot be had of this one is said to those
 * only who may hear it at all. Throws what `admit` throws, and `invalid_request` naming the field.
 */
export function makeAdmitWanted({ pool, admission }: AdmitWantedPorts) {
  return async function admitWanted(
    actor: Actor,
    recordingId: string,
    asked: Wanted,
    intent: Intent,
  ): Promise<Admitted> {
    const wanted: Wanted = intent.sampleId === undefined ? asked : { rendition: 'masked', ...defined(asked) }
    refuse(wantedError(wanted))
    const row = await findChoices(pool, idToLookUp(recordingId), scopeOf(actor))
    const choices = row
      ? { made: row.made, parties: row.parties, audioChannels: row.audio_channels }
      : NO_CHOICES
    const chosen = chooseRendition(wanted, choices)
    const rendition = typeof chosen === 'string' ? chosen : 'original'
    const grant = await admission.admit({ actor, act: 'listen', target: { recordingId, rendition, intent } })
    if (typeof chosen !== 'string') refuse(chosen)
    return { grant, choices }
  }
}

export type AdmitWanted = ReturnType<typeof makeAdmitWanted>

/** Without what was left open. */
const defined = ({ rendition, channel }: Wanted): Wanted => ({
  ...(rendition === undefined ? {} : { rendition }),
  ...(channel === undefined ? {} : { channel }),
})

function refuse(error: FieldError | undefined): void {
  if (error !== undefined) throw new Problem('invalid_request', { errors: [error] })
}

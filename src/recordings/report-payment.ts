import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { SilencedRange } from '../db/schema.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { queueWork } from './audio-work-queries.ts'
import type { makeFind } from './find.ts'
import { lockKept } from './hold-target.ts'
import { mergeSilence } from './merge-silence.ts'
import type { RecordingJson } from './present.ts'
import { condemnAudio, setSilence, silenceBefore } from './report-payment-queries.ts'
import { MAX_SILENCES } from './schema.ts'

export interface ReportPaymentPorts {
  readonly db: Database
  readonly clock: Clock
  readonly find: ReturnType<typeof makeFind>
}

export type ReportPayment = (
  actor: Actor,
  id: string,
  ranges: readonly SilencedRange[],
) => Promise<RecordingJson>

/**
 * Payment data was found in a recording that is stored already. When it resolves nobody hears anything of the
 * recording until silence has taken its place and every older version is destroyed, whatever holds it: the
 * request is the approval for these ranges, and for nothing else. Asking again starts anew what was given up.
 * Throws Problem: `forbidden`, `not_found`, `deletion_in_progress`, `destroyed`, `invalid_request` for more
 * ranges than a recording can have.
 */
export function makeReportPayment({ db, clock, find }: ReportPaymentPorts): ReportPayment {
  return async function reportPayment(actor, id, ranges) {
    const at = clock.now()
    const act: Act = {
      ...{ type: 'recording.payment_found', action: 'U', actor, at },
      ...(isId(id) ? { recordingId: id } : {}),
    }
    await withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, at, 'privacy_officer')
      await db.transaction().execute(async (tx) => {
        const recordingId = await lockKept(tx, id, actor.entities)
        await setSilence(tx, recordingId, await merged(tx, recordingId, ranges))
        await condemnAudio(tx, recordingId, { by: actor.sub, at })
        await queueWork(tx, recordingId, 'redact', at)
        await appendAudit(tx, eventOf({ ...act, recordingId }, { ranges }))
      })
    })
    return find(actor, id)
  }
}

async function merged(
  tx: Tx,
  recordingId: string,
  ranges: readonly SilencedRange[],
): Promise<readonly SilencedRange[]> {
  const silence = mergeSilence([...(await silenceBefore(tx, recordingId)), ...ranges])
  if (silence.length <= MAX_SILENCES) return silence
  throw new Problem('invalid_request', {
    detail: `A recording has at most ${MAX_SILENCES} silences; name longer ones.`,
  })
}

import { type Act, eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { can, scopeOf } from '../access/policy.ts'
import { requireStepUp } from '../access/step-up.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp, isId, newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import { findRecording } from '../recordings/find-queries.ts'
import { findOversight } from '../recordings/oversight-queries.ts'
import { subjectOf, tagOf } from '../recordings/present.ts'
import type { Logger } from '../telemetry/logger.ts'
import { type EmergencyWindow, windowOf } from './break-glass.ts'
import { awaitsReview, type BreakGlassRow, insertBreakGlass, lockPerson } from './break-glass-queries.ts'

export interface BreakGlassPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Pick<Logger, 'error'>
}

export interface Emergency {
  readonly recordingId: string
  readonly reason: string
  readonly minutes: number
}

/**
 * Opens one recording to one person in an emergency, for an hour at most; the officers hear of it at once and
 * somebody else reviews it. It opens nothing that is destroyed, restricted or of another entity, gives no copy,
 * and nothing to somebody whose engagement is over. Throws Problem: `not_found`, `forbidden`, `step_up_required`,
 * `listening_suspended`, `review_pending` while an earlier one of the same recording awaits its review.
 */
export function makeOpenBreakGlass({ db, clock, logger }: BreakGlassPorts) {
  async function admit(tx: Tx, actor: Actor, id: string, at: Date): Promise<string> {
    await lockPerson(tx, actor.sub)
    const found = await findRecording(tx, idToLookUp(id), scopeOf(actor))
    const row = found && { ...found, ...(await findOversight(tx, actor, found.id, at)) }
    const decision = row ? can(actor, 'break_glass', subjectOf(row, row.tags.map(tagOf)), at) : 'not_found'
    if (decision !== 'allowed' || !row) throw new Problem(decision === 'allowed' ? 'not_found' : decision)
    if (await awaitsReview(tx, actor.sub, row.id)) throw new Problem('review_pending')
    return row.entity
  }

  return async function openBreakGlass(actor: Actor, emergency: Emergency): Promise<BreakGlassRow> {
    const { recordingId, reason, minutes } = emergency
    const at = clock.now()
    const about = isId(recordingId) ? { recordingId } : {}
    const act: Act = { type: 'break_glass.opened', action: 'E', actor, at, ...about }
    const row = await withRefusalsOnRecord(db, act, () =>
      db.transaction().execute(async (tx) => {
        const entity = await admit(tx, actor, recordingId, at)
        // After the decision: whoever may not know of the recording hears nothing of logging in again either.
        requireStepUp(actor, at)
        const opened = rowOf(actor, { recordingId, entity, reason }, windowOf(at, minutes))
        await insertBreakGlass(tx, opened)
        await appendAudit(tx, eventOf(act, { breakGlass: opened.id, minutes, reviewBy: opened.review_by }))
        await queueNotice(tx, {
          to: { role: 'privacy_officer', entity },
          kind: 'break_glass_opened',
          about: { type: 'break_glass', id: opened.id },
          facts: { reviewBy: opened.review_by },
          at,
          key: `break-glass ${opened.id}`,
        })
        return opened
      }),
    )
    logger.error('a recording was opened in an emergency', {
      alarm: 'break_glass',
      breakGlass: row.id,
      recordingId,
      actor: actor.sub,
    })
    return row
  }
}

const rowOf = (
  actor: Actor,
  { recordingId, entity, reason }: { recordingId: string; entity: string; reason: string },
  { openedAt, endsAt, reviewBy, reviewDueAt }: EmergencyWindow,
): BreakGlassRow => ({
  id: newId(),
  recording_id: recordingId,
  entity,
  actor_sub: actor.sub,
  actor_roles: [...actor.roles],
  reason,
  opened_at: openedAt,
  ends_at: endsAt,
  review_by: reviewBy,
  review_due_at: reviewDueAt,
  reviewed_at: null,
  reviewed_by: null,
  outcome: null,
  review_note: null,
})

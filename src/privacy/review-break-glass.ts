import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { BreakGlassOutcome } from '../db/oversight-schema.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { type BreakGlassRow, lockBreakGlass, markReviewed } from './break-glass-queries.ts'
import type { BreakGlassPorts } from './open-break-glass.ts'

export interface ReviewOfEmergency {
  readonly outcome: BreakGlassOutcome
  readonly note: string
}

/**
 * A privacy officer looks at an emergency access of somebody else. What was not justified ends at once; either
 * way the person may hear again what an overdue review took from them. Throws Problem: `forbidden`,
 * `not_found`, `second_person_required`, `not_open` when it was reviewed before.
 */
export function makeReviewBreakGlass({ db, clock }: Pick<BreakGlassPorts, 'db' | 'clock'>) {
  return async function reviewBreakGlass(
    actor: Actor,
    id: string,
    { outcome, note }: ReviewOfEmergency,
  ): Promise<BreakGlassRow> {
    const at = clock.now()
    const act: Act = { type: 'break_glass.reviewed', action: 'U', actor, at }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, at, 'privacy_officer')
      return db.transaction().execute(async (tx) => {
        const found = openFor(actor, await lockBreakGlass(tx, idToLookUp(id), actor.entities))
        const reviewed = await markReviewed(tx, { id: found.id, by: actor.sub, at, outcome, note })
        if (!reviewed) throw new TypeError('a locked row does not go away')
        const about = { ...act, recordingId: found.recording_id }
        await appendAudit(tx, eventOf(about, { breakGlass: found.id, outcome }))
        return reviewed
      })
    })
  }
}

/** Throws Problem unless it is there, of somebody else and not reviewed yet. */
function openFor(actor: Actor, found: BreakGlassRow | undefined): BreakGlassRow {
  if (!found) throw new Problem('not_found')
  if (found.actor_sub === actor.sub) throw new Problem('second_person_required')
  if (found.reviewed_at !== null) throw new Problem('not_open')
  return found
}

import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import { type CalendarDay, dayOf } from '../kernel/calendar.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { reviewDay } from './hold.ts'
import type { HoldListPorts } from './hold-list.ts'
import { findHold, type HoldRow } from './hold-list-queries.ts'
import { addReview, lockHold } from './hold-queries.ts'

export interface ReviewRequest {
  /** Day by which somebody looks at the hold again. */
  readonly reviewBy: CalendarDay
  readonly reason: string
}

/**
 * Lets an open hold go on, with a reason and a new day of review; also by who placed it, because going on
 * destroys nothing. Throws Problem: `forbidden`, `not_found`, `not_open`, `invalid_request` for a day that
 * is over or too far ahead.
 */
export function makeReviewHold({ db, clock }: HoldListPorts) {
  return async function reviewHold(actor: Actor, id: string, request: ReviewRequest): Promise<HoldRow> {
    const at = clock.now()
    const act: Act = { type: 'hold.reviewed', action: 'U', actor, at }
    const holdId = idToLookUp(id)
    await withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, at, 'records_manager', 'privacy_officer')
      const reviewBy = reviewDay(request.reviewBy, dayOf(at))
      await db.transaction().execute(async (tx) => {
        const hold = await lockHold(tx, holdId, actor.entities)
        if (!hold) throw new Problem('not_found')
        if (hold.isReleased) throw new Problem('not_open')
        await addReview(tx, { holdId, by: actor.sub, at, reviewBy, reason: request.reason })
        await appendAudit(tx, eventOf({ ...act, entities: [hold.entity] }, { hold: holdId, reviewBy }))
      })
    })
    const row = await findHold(db, holdId, actor.entities)
    if (!row) throw new TypeError('a hold does not go away')
    return row
  }
}

import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { requireStepUp } from '../access/step-up.ts'
import { appendAudit } from '../audit/append.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { queueWebhookEvent } from '../notices/queue-webhook-event.ts'
import { kindOf } from './hold.ts'
import { findHold, type HoldRow } from './hold-list-queries.ts'
import { lockHold, markReleased } from './hold-queries.ts'
import { type SettlePorts, settleHold } from './hold-settle.ts'

/**
 * Releases a hold that somebody else placed. Its recordings are under their other holds, if any, and
 * otherwise go the normal way: what is over is taken out of use by the next sweep, with its whole grace.
 * The store hears of it afterwards. Throws Problem: `forbidden`, `step_up_required`, `not_found`, `not_open`,
 * `second_person_required`.
 */
export function makeReleaseHold(ports: SettlePorts) {
  return async function releaseHold(actor: Actor, id: string, reason: string): Promise<HoldRow> {
    const { db, clock } = ports
    const at = clock.now()
    const act: Act = { type: 'hold.released', action: 'U', actor, at }
    const holdId = idToLookUp(id)
    await withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, at, 'records_manager', 'privacy_officer')
      requireStepUp(actor, at)
      await db.transaction().execute(async (tx) => {
        const hold = await lockHold(tx, holdId, actor.entities)
        if (!hold) throw new Problem('not_found')
        if (hold.isReleased) throw new Problem('not_open')
        if (hold.placedBy === actor.sub) throw new Problem('second_person_required')
        await markReleased(tx, { id: holdId, by: actor.sub, at, reason, scopeKind: kindOf(hold.scope) })
        await appendAudit(tx, eventOf({ ...act, entities: [hold.entity] }, { hold: holdId }))
        await queueWebhookEvent(tx, {
          ...{ type: 'hold.released', subject: holdId, entity: hold.entity, at },
          ...{ data: { holdId }, key: `hold.released ${holdId}` },
        })
      })
    })
    await settleHold(ports, holdId, actor)
    const row = await findHold(db, holdId, actor.entities)
    if (!row) throw new TypeError('a hold does not go away')
    return row
  }
}

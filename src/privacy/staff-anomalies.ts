import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { type Page, pageAfter, pageOf } from './page.ts'
import {
  listAnomalies,
  lockAnomaly,
  markAcknowledged,
  type StaffAnomalyRow,
} from './staff-anomaly-queries.ts'

export interface AnomalyPorts {
  readonly db: Database
  readonly clock: Clock
}

export interface AnomalyQuery {
  readonly open?: boolean | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

/** What was noticed of staff of the actor's entities, newest first. Throws Problem: `forbidden`, `invalid_request`. */
export function makeListAnomalies({ db, clock }: AnomalyPorts) {
  return async function list(
    actor: Actor,
    { open, limit, cursor }: AnomalyQuery,
  ): Promise<Page<StaffAnomalyRow>> {
    const act: Act = { type: 'staff.anomalies_listed', action: 'R', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer', 'auditor')
      const after = pageAfter(cursor)
      const rows = await listAnomalies(db, { entities: actor.entities, open, after, limit: limit + 1 })
      await appendAudit(db, eventOf(act, { count: Math.min(rows.length, limit) }))
      return pageOf(rows, limit, ({ found_at: at, id }) => ({ at, id }))
    })
  }
}

/**
 * An officer has looked at it: the person may listen again, and is counted from now on. Throws Problem:
 * `forbidden`, `not_found`, `second_person_required` for one's own, `not_open`.
 */
export function makeAcknowledgeAnomaly({ db, clock }: AnomalyPorts) {
  return async function acknowledge(actor: Actor, id: string, note: string): Promise<StaffAnomalyRow> {
    const at = clock.now()
    const act: Act = { type: 'staff.anomaly_acknowledged', action: 'U', actor, at }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, at, 'privacy_officer')
      return db.transaction().execute(async (tx) => {
        const found = openFor(actor, await lockAnomaly(tx, idToLookUp(id), actor.entities))
        const acknowledged = await markAcknowledged(tx, { id: found.id, by: actor.sub, at, note })
        if (!acknowledged) throw new TypeError('a locked row does not go away')
        await appendAudit(tx, eventOf(act, { anomaly: found.id, kind: found.kind, blocked: found.blocks }))
        return acknowledged
      })
    })
  }
}

/** Throws Problem unless it is there, of somebody else and not acknowledged yet. */
function openFor(actor: Actor, found: StaffAnomalyRow | undefined): StaffAnomalyRow {
  if (!found) throw new Problem('not_found')
  if (found.actor_sub === actor.sub) throw new Problem('second_person_required')
  if (found.acknowledged_at !== null) throw new Problem('not_open')
  return found
}

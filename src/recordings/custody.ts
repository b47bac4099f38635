import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp, isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { type Custody, findCustody } from './custody-queries.ts'

export interface CustodyPorts {
  readonly db: Database
  readonly clock: Clock
}

/**
 * Shows an officer what keeps a recording from destruction or from use, and whether it is whole. Audited.
 * Throws Problem: `forbidden`, `not_found`, also for other entities and for what is destroyed.
 */
export function makeFindCustody({ db, clock }: CustodyPorts) {
  return async function find(actor: Actor, id: string): Promise<Custody> {
    const at = clock.now()
    const act: Act = {
      ...{ type: 'recording.custody_viewed', action: 'R', actor, at },
      ...(isId(id) ? { recordingId: id } : {}),
    }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, at, 'privacy_officer', 'records_manager')
      const custody = await findCustody(db, idToLookUp(id), actor.entities)
      if (!custody) throw new Problem('not_found')
      await appendAudit(db, eventOf(act))
      return custody
    })
  }
}

export type FindCustody = ReturnType<typeof makeFindCustody>

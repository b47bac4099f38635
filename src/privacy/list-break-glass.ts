import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import { type BreakGlassRow, listBreakGlass } from './break-glass-queries.ts'
import type { BreakGlassPorts } from './open-break-glass.ts'
import { type Page, pageAfter, pageOf } from './page.ts'

export interface BreakGlassQuery {
  readonly open?: boolean | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

/**
 * Emergency accesses, newest first: privacy officers and auditors see those of their entities, other staff their
 * own. Throws Problem: `forbidden`, `invalid_request` for a cursor that is not ours.
 */
export function makeListBreakGlass({ db, clock }: Pick<BreakGlassPorts, 'db' | 'clock'>) {
  return async function list(
    actor: Actor,
    { open, limit, cursor }: BreakGlassQuery,
  ): Promise<Page<BreakGlassRow>> {
    const act: Act = { type: 'break_glass.listed', action: 'R', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, ...READERS)
      const actorSub = hasRole(actor, 'privacy_officer', 'auditor') ? undefined : actor.sub
      const after = pageAfter(cursor)
      const rows = await listBreakGlass(db, {
        ...{ entities: actor.entities, actorSub, open, after },
        limit: limit + 1,
      })
      await appendAudit(db, eventOf(act, { count: Math.min(rows.length, limit) }))
      return pageOf(rows, limit, ({ opened_at: at, id }) => ({ at, id }))
    })
  }
}

const READERS = [
  'privacy_officer',
  'auditor',
  'agent',
  'coach',
  'fraud_analyst',
  'medical_adviser',
  'records_manager',
] as const

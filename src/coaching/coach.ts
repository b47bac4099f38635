import { requireRole } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { Problem } from '../kernel/problem.ts'

/** Throws Problem('forbidden') unless the actor is a coach who is engaged and has promised confidentiality. */
export function requireCoach(actor: Actor, now: Date): void {
  requireRole(actor, now, 'coach')
  if (!actor.confidentialitySigned) throw new Problem('forbidden')
}

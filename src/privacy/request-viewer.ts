import { isEngaged } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { Problem } from '../kernel/problem.ts'
import type { RequestRow, RequestScope } from './request-queries.ts'
import type { Viewer } from './request-state.ts'

/**
 * Whose requests the actor may know of: their own as a member, those that they filed for somebody, and as a
 * privacy officer those of their entities. Throws Problem('forbidden') for everybody else.
 */
export function requestScopeOf(actor: Actor, now: Date): RequestScope {
  const scope = {
    memberRef: hasRole(actor, 'member') ? actor.memberRef : null,
    filedBy: isEngaged(actor, now) && hasRole(actor, 'agent', 'privacy_officer') ? actor.sub : null,
    entities: isEngaged(actor, now) && hasRole(actor, 'privacy_officer') ? actor.entities : [],
  }
  if (scope.memberRef === null && scope.filedBy === null && scope.entities.length === 0)
    throw new Problem('forbidden')
  return scope
}

/** As whom the actor looks at a request that is in their scope; at their own always as the member. */
export function viewerOf(actor: Actor, row: Pick<RequestRow, 'member_ref' | 'entities'>): Viewer {
  if (hasRole(actor, 'member') && actor.memberRef === row.member_ref) return 'member'
  const isOfficer =
    hasRole(actor, 'privacy_officer') && row.entities.some((entity) => actor.entities.includes(entity))
  return isOfficer ? 'officer' : 'filer'
}

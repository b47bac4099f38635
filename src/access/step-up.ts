import { Problem } from '../kernel/problem.ts'
import { MINUTE } from '../kernel/units.ts'
import type { Actor } from './actor.ts'

/** For so long, in milliseconds, a login counts as proof that the person is still the one at the screen. */
export const STEP_UP_MS = 10 * MINUTE

/**
 * For acts that destroy something or cannot be taken back: a screen left open for hours must not be enough.
 * Throws Problem('step_up_required') unless the person logged in within the last ten minutes. A bearer token
 * passes: there is no screen behind it, and how long it lives is for whoever issues it to decide.
 */
export function requireStepUp(actor: Actor, now: Date): void {
  if (!isFresh(actor, now)) throw new Problem('step_up_required')
}

/** Pure: whether the actor may do such an act without logging in once more. */
export function isFresh({ via, authenticatedAt }: Actor, now: Date): boolean {
  if (via === 'token') return true
  return authenticatedAt !== null && now.getTime() - authenticatedAt.getTime() < STEP_UP_MS
}

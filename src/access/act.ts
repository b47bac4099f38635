import { type AuditActor, type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import { Problem } from '../kernel/problem.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { type Actor, hasRole, type Role } from './actor.ts'

/** An act of a person, as its audit event begins. */
export interface Act {
  readonly type: string
  readonly action: AuditEvent['action']
  readonly actor: Actor
  readonly at: Date
  readonly recordingId?: string
  /** Companies it is about, where not a recording says so; absent: those of the actor. */
  readonly entities?: readonly string[]
}

/** Runs an act; a Problem that it throws is on record before it is said. */
export async function withRefusalsOnRecord<T>(db: Database, act: Act, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    await appendAudit(db, { ...eventOf(act), outcome: 'denied', code: error.code })
    throw error
  }
}

/** The event of an act that was done; without an actor, by the service itself. */
export const eventOf = (
  act: Omit<Act, 'actor'> & { readonly actor: AuditActor | null },
  detail: Readonly<Record<string, unknown>> = {},
): AuditEvent => ({
  ...act,
  outcome: 'ok',
  requestId: currentRequestId() ?? null,
  detail,
})

/** Throws Problem('forbidden') unless the actor has one of the roles and is still engaged. */
export function requireRole(actor: Actor, now: Date, ...roles: Role[]): void {
  if (!isEngaged(actor, now) || !hasRole(actor, ...roles)) throw new Problem('forbidden')
}

/** Whether an external may still work here; members and employees always may. */
export const isEngaged = (actor: Actor, now: Date): boolean =>
  actor.engagedUntil === null || dayOf(now) <= actor.engagedUntil

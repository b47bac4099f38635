import type { Actor } from '../access/actor.ts'
import type { Decision } from '../access/verdict.ts'
import type { AuditTrail } from '../audit/trail.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { currentRequestId } from '../telemetry/request-id.ts'

export interface Read {
  readonly type:
    | 'recording.listed'
    | 'recording.searched'
    | 'recording.viewed'
    | 'recording.accesses_viewed'
    | 'recording.cuts_viewed'
  readonly actor: Actor
  readonly at: Date
  readonly decision: Decision
  /** As the caller wrote it; recorded only when it is an id at all. */
  readonly id?: string
  readonly caseRef?: string | undefined
  readonly detail?: Readonly<Record<string, unknown>>
}

/**
 * Writes down that metadata is about to be shown, or was refused, and throws the refusal. Nothing may
 * be shown when it rejects: with the Problem of the decision, or `unavailable` without a durable event.
 */
export async function recordRead(trail: Pick<AuditTrail, 'append'>, read: Read): Promise<void> {
  const { type, actor, at, decision, id, caseRef, detail } = read
  const isAllowed = decision === 'allowed'
  const event = {
    type,
    action: 'R',
    outcome: isAllowed ? 'ok' : 'denied',
    ...(isAllowed ? {} : { code: decision }),
    at,
    actor,
    requestId: currentRequestId() ?? null,
    ...(id !== undefined && isId(id) ? { recordingId: id } : {}),
    ...(caseRef === undefined ? {} : { caseRef }),
    ...(detail === undefined ? {} : { detail }),
  } as const
  await trail.append(event).catch((cause: unknown) => {
    throw new Problem('unavailable', { cause })
  })
  if (!isAllowed) throw new Problem(decision)
}

import type { Connection } from '../db/database.ts'
import { newId } from '../kernel/ids.ts'

/** Who acted, as far as the audit names them. */
export interface AuditActor {
  readonly sub: string
  readonly roles: readonly string[]
  /** Companies for which they act. */
  readonly entities?: readonly string[]
}

/** What may be said about an event: codes, ids, ranges and counts, never names or numbers of people. */
export interface AuditEvent {
  readonly type: string
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E'
  readonly outcome: 'ok' | 'denied' | 'error'
  readonly at: Date
  readonly actor: AuditActor | null
  readonly code?: string
  readonly recordingId?: string
  readonly playbackId?: string
  readonly purpose?: string | null
  readonly caseRef?: string | null
  readonly requestId?: string | null
  /** Companies whose officers may see it, when it is about no recording; absent: those of the actor. */
  readonly entities?: readonly string[]
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Appends events in the caller's transaction: the act and its audit row become durable together or not at all. */
export async function appendAudit(connection: Connection, ...events: readonly AuditEvent[]): Promise<void> {
  await connection.insertInto('audit_event').values(events.map(toRow)).execute()
}

export const toRow = (event: AuditEvent) => ({
  id: newId(),
  occurred_at: event.at,
  type: event.type,
  action: event.action,
  outcome: event.outcome,
  code: event.code ?? null,
  actor_sub: event.actor?.sub ?? null,
  actor_roles: [...(event.actor?.roles ?? [])],
  recording_id: event.recordingId ?? null,
  playback_id: event.playbackId ?? null,
  purpose: event.purpose ?? null,
  case_ref: event.caseRef ?? null,
  request_id: event.requestId ?? null,
  detail: JSON.stringify(event.detail ?? {}),
  entities: entitiesOf(event),
})

/** Null for what is nobody's in particular, such as a sweep: that is for who answers for every company. */
function entitiesOf({ entities, actor }: AuditEvent): string[] | null {
  const own = entities ?? actor?.entities ?? []
  return own.length > 0 ? [...own] : null
}

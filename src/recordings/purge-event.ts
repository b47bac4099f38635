import type { AuditEvent } from '../audit/append.ts'

/** What the service itself did to a recording on its way out. */
export const purgeEvent = (
  type: string,
  outcome: 'ok' | 'error',
  recordingId: string,
  at: Date,
  detail: Record<string, unknown>,
): AuditEvent => ({ type, action: 'D', outcome, at, actor: null, recordingId, detail })

import type { AuditEvent } from '../audit/append.ts'
import type { WebhookEventWanted } from '../notices/queue-webhook-event.ts'

/** What the service itself did to a recording on its way out. */
export const purgeEvent = (
  type: string,
  outcome: 'ok' | 'error',
  recordingId: string,
  at: Date,
  detail: Record<string, unknown>,
): AuditEvent => ({ type, action: 'D', outcome, at, actor: null, recordingId, detail })

/** What other systems are told: that it is gone, and the number of the proof. */
export const destroyedEvent = (
  recordingId: string,
  entity: string,
  certificateNo: number | null,
  at: Date,
): WebhookEventWanted => ({
  ...{ type: 'recording.destroyed', subject: recordingId, entity, at },
  data: { recordingId, certificateNo },
  key: `recording.destroyed ${recordingId}`,
})

import { appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { insertRecipientNotices } from './recipient-notice-queries.ts'

export type Passed = 'rectified' | 'erased' | 'restricted'

/**
 * Everybody who was given one of the recordings has to hear that it was rectified, erased or restricted (Art. 19
 * GDPR): one notice for each, in the transaction of the act. A job tells them and goes on until they have answered.
 */
export async function notifyRecipients(
  tx: Tx,
  recordingIds: string | readonly string[],
  what: Passed,
  at: Date,
): Promise<void> {
  const made = await insertRecipientNotices(tx, [recordingIds].flat(), what, at)
  if (made.length === 0) return
  const event = { type: 'disclosure.recipient_notice', action: 'C', outcome: 'ok', at, actor: null } as const
  const events = made.map(({ id, disclosureId, recordingId }) => ({
    ...{ ...event, recordingId },
    detail: { recipientNotice: id, disclosure: disclosureId, what },
  }))
  await appendAudit(tx, ...events)
}

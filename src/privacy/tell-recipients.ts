import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { DAY, HOUR } from '../kernel/units.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import { type Letter, type Post, PostFailure } from '../notices/send-mail.ts'
import type { Logger } from '../telemetry/logger.ts'
import {
  claimRecipientNotice,
  type DueNotice,
  listRecipientNotices,
  type RecipientNoticeRow,
  storeReply,
  updateRecipientNotice,
} from './recipient-queries.ts'

export interface TellRecipientsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Pick<Logger, 'warn' | 'error'>
  readonly post: Post | undefined
  readonly publicUrl: string
}

/** Who does not answer is asked again after this, */
const REMIND_MS = 7 * DAY
/** and after this an officer hears of it. */
const SILENT_MS = 14 * DAY
/** A mail server that does not take it now is tried again soon. */
const RETRY_MS = HOUR

/** Tells recipients, reminds them, and raises the alarm over those who stay silent. For a job. */
export function makeTellRecipients(ports: TellRecipientsPorts) {
  const { db, clock } = ports
  return async function tellRecipients(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = clock.now()
      const due = await claimRecipientNotice(db, now, new Date(now.getTime() + RETRY_MS))
      if (!due) return
      const isTold = await tell(ports, due)
      await db.transaction().execute((tx) => settle(tx, ports, due, isTold))
    }
  }
}

/** By mail where an address is known. It names our number and theirs, and nothing of a person. */
async function tell({ post, publicUrl, logger }: TellRecipientsPorts, due: DueNotice): Promise<boolean> {
  if (!post || due.contactMail === null) return false
  try {
    await post(letterOf(due, due.contactMail, publicUrl))
    return true
  } catch (error) {
    if (!(error instanceof PostFailure)) throw error
    logger.warn('a recipient could not be told', { recipientNotice: due.id, code: error.code })
    return false
  }
}

const WORDS = { rectified: 'gewijzigd', erased: 'gewist', restricted: 'beperkt' } as const

const letterOf = (due: DueNotice, to: string, publicUrl: string): Letter => ({
  to,
  subject: `Artikel 19 AVG / Article 19 GDPR: ${due.disclosureId}`,
  text: [
    `Van de verstrekking ${due.disclosureId} is opname ${due.recordingId} ${WORDS[due.what]} op ${dayOf(due.happenedAt)}.`,
    'Voer dit bij u door en bevestig het in antwoord op dit bericht.',
    '',
    `Of disclosure ${due.disclosureId}, recording ${due.recordingId} was ${due.what} on ${dayOf(due.happenedAt)}.`,
    'Please do the same, and confirm it in reply to this message.',
    '',
  ].join('\r\n'),
  messageId: `<${due.id}.${due.attempts}@${new URL(publicUrl).hostname}>`,
})

async function settle(tx: Tx, ports: TellRecipientsPorts, due: DueNotice, isTold: boolean): Promise<void> {
  const at = ports.clock.now()
  const isByHand = ports.post === undefined || due.contactMail === null
  const about = { type: 'disclosure', id: due.disclosureId } as const
  const to = { role: 'privacy_officer', entity: due.entity } as const
  if (isByHand)
    await queueNotice(tx, {
      ...{ to, kind: 'recipient_to_be_told', about, facts: {}, at, key: `recipient_to_be_told ${due.id}` },
    })
  const toldAt = due.toldAt ?? (isTold ? at : null)
  const isWaiting = isTold || isByHand
  const silentFor = at.getTime() - due.happenedAt.getTime()
  const isAlarm = due.alarmedAt === null && silentFor >= SILENT_MS
  await updateRecipientNotice(tx, due.id, {
    told_at: toldAt,
    ...(isWaiting ? { next_at: new Date(at.getTime() + REMIND_MS) } : {}),
    ...(isAlarm ? { alarmed_at: at } : {}),
  })
  if (!isAlarm) return
  const facts = { days: Math.floor(silentFor / DAY) }
  await queueNotice(tx, { to, kind: 'recipient_silent', about, facts, at, key: `recipient_silent ${due.id}` })
  ports.logger.error('a recipient does not answer', {
    ...{ alarm: 'recipient_silent', recipientNotice: due.id, disclosure: due.disclosureId },
  })
}

/** What officers see of it, and the answers they write down. Throws Problem `forbidden`, `not_found`. */
export function makeRecipientNotices({ db, clock }: Pick<TellRecipientsPorts, 'db' | 'clock'>) {
  const MOST_SHOWN = 500
  return {
    async list(actor: Actor): Promise<RecipientNoticeRow[]> {
      const act: Act = { type: 'disclosure.recipient_notices_viewed', action: 'R', actor, at: clock.now() }
      return withRefusalsOnRecord(db, act, async () => {
        requireRole(actor, act.at, 'privacy_officer', 'auditor')
        const rows = await listRecipientNotices(db, actor.entities, MOST_SHOWN)
        await appendAudit(db, eventOf(act, { count: rows.length }))
        return rows
      })
    },

    async reply(actor: Actor, id: string, reply: string): Promise<void> {
      const act: Act = { type: 'disclosure.recipient_replied', action: 'U', actor, at: clock.now() }
      await withRefusalsOnRecord(db, act, async () => {
        requireRole(actor, act.at, 'privacy_officer')
        await db.transaction().execute(async (tx) => {
          const answer = { reply, by: actor.sub, at: act.at }
          const stored = await storeReply(tx, idToLookUp(id), actor.entities, answer)
          if (!stored) throw new Problem('not_found')
          await appendAudit(tx, { ...eventOf(act, { recipientNotice: id }), recordingId: stored.recordingId })
        })
      })
    },
  }
}

export type RecipientNotices = ReturnType<typeof makeRecipientNotices>

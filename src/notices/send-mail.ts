import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { HOUR, MINUTE } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import { type ClaimedMail, claimMail, noteFailure, removeAllMail, removeMail } from './mail-queries.ts'

export interface Letter {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** The same however often the letter is sent, so that a second copy can be known as one. */
  readonly messageId: string
}

/** A letter that was not taken: `final` when asking again cannot help, `server` when no letter would be. */
export class PostFailure extends Error {
  override readonly name = 'PostFailure'
  readonly code: string
  readonly reach: 'final' | 'later' | 'server'

  constructor(code: string, reach: PostFailure['reach'], options?: ErrorOptions) {
    super(`the mail was not taken: ${code}`, options)
    this.code = code
    this.reach = reach
  }
}

/** Hands a letter to the mail server; rejects with PostFailure. */
export type Post = (letter: Letter) => Promise<void>

export interface SendMailPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Pick<Logger, 'warn' | 'error'>
  /** Absent: no mail server, the inbox only. */
  readonly post: Post | undefined
  /** Mailbox of each role that has one. */
  readonly mailboxes: Readonly<Record<string, string>>
  readonly publicUrl: string
}

/** After these tries, over two days, a letter is put aside for an operator. */
export const MOST_ATTEMPTS = 17

/** A minute, two, four, ..., six hours. */
export const waitBefore = (attempt: number): number => Math.min(MINUTE * 2 ** (attempt - 1), 6 * HOUR)

/**
 * Sends the mail that is due, at least once. It says that there is a message and nothing of it; without a
 * mailbox to send it to there is nothing to send. A server that is away ends the run: the others wait too.
 */
export function makeSendMail({ db, clock, logger, post, mailboxes, publicUrl }: SendMailPorts) {
  const letterTo = (to: string, { noticeId }: ClaimedMail): Letter => ({
    to,
    subject: 'Er staat een bericht voor u klaar / There is a message for you',
    text: [
      'Er staat een bericht voor u klaar. U leest het nadat u bent ingelogd:',
      `${publicUrl}/berichten`,
      '',
      'There is a message for you. You can read it after logging in, at the address above.',
      '',
    ].join('\r\n'),
    messageId: `<${noticeId}@${new URL(publicUrl).hostname}>`,
  })

  return async function sendMail(signal: AbortSignal): Promise<void> {
    if (!post) return removeAllMail(db)
    let isAnswering = true
    while (isAnswering && !signal.aborted) {
      const mail = await claimNext()
      if (!mail) return
      isAnswering = await handle(post, mail)
    }
  }

  function claimNext(): Promise<ClaimedMail | undefined> {
    const now = clock.now()
    return claimMail(db, now, (attempts) => new Date(now.getTime() + waitBefore(attempts)))
  }

  /** Whether the mail server answers, as far as this shows. */
  async function handle(send: Post, mail: ClaimedMail): Promise<boolean> {
    const to = mail.role === null ? mail.address : mailboxes[mail.role]
    if (to) return (await sendOne(send, letterTo(to, mail), mail)) !== 'server'
    await removeMail(db, mail.noticeId)
    return true
  }

  async function sendOne(
    send: Post,
    letter: Letter,
    mail: ClaimedMail,
  ): Promise<PostFailure['reach'] | 'sent'> {
    try {
      await send(letter)
    } catch (error) {
      if (!(error instanceof PostFailure)) throw error
      await putBack(mail, error)
      return error.reach
    }
    await db.transaction().execute(async (tx) => {
      await removeMail(tx, mail.noticeId)
      await appendAudit(tx, mailEvent(mail, 'ok', clock.now()))
    })
    return 'sent'
  }

  async function putBack(mail: ClaimedMail, failure: PostFailure): Promise<void> {
    const isOver = failure.reach === 'final' || mail.attempts >= MOST_ATTEMPTS
    await db.transaction().execute(async (tx) => {
      await noteFailure(tx, mail.noticeId, failure.code, isOver ? 'dead' : 'waiting')
      if (isOver) await appendAudit(tx, mailEvent(mail, 'error', clock.now(), failure.code))
    })
    const facts = { noticeId: mail.noticeId, attempts: mail.attempts, code: failure.code }
    if (isOver) logger.error('mail could not be delivered', { alarm: 'mail_dead', ...facts })
    else logger.warn('mail was not taken; it is tried again', facts)
  }
}

const mailEvent = (
  { noticeId, kind, attempts, entity }: ClaimedMail,
  outcome: 'ok' | 'error',
  at: Date,
  code?: string,
): AuditEvent => ({
  ...{ type: 'notice.mailed', action: 'E', outcome, at, actor: null, detail: { noticeId, kind, attempts } },
  ...(entity === null ? {} : { entities: [entity] }),
  ...(code === undefined ? {} : { code }),
})

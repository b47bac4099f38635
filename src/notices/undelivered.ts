import { eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor, Role } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { InboxPorts } from './inbox.ts'
import { countMail, listDeadMail, reviveMail, type UndeliveredMail } from './mail-queries.ts'

/** Who sees that a message did not get out, and has it tried again. */
export const POST_ROOM: readonly Role[] = ['operator', 'privacy_officer']

const MOST_SHOWN = 200

/** Mail that was given up; to whom it was is not shown. Throws Problem `forbidden`. */
export function makeListUndelivered({ db, clock }: InboxPorts) {
  return async function listUndelivered(
    actor: Actor,
  ): Promise<{ count: number; waiting: number; items: UndeliveredMail[] }> {
    const act = { type: 'notice.undelivered_viewed', action: 'R', actor, at: clock.now() } as const
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, ...POST_ROOM)
      const { dead, waiting } = await countMail(db)
      return { count: dead, waiting, items: await listDeadMail(db, MOST_SHOWN) }
    })
  }
}

/** Sends mail that was given up once more, from the first try. Throws Problem `forbidden`, `not_found`. */
export function makeResendMail({ db, clock }: InboxPorts) {
  return async function resendMail(actor: Actor, noticeId: string): Promise<void> {
    const act = { type: 'notice.mail_resent', action: 'U', actor, at: clock.now() } as const
    await withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, ...POST_ROOM)
      await db.transaction().execute(async (tx) => {
        if (!(await reviveMail(tx, idToLookUp(noticeId), act.at))) throw new Problem('not_found')
        await appendAudit(tx, eventOf(act, { noticeId }))
      })
    })
  }
}

import { z } from 'zod'
import { eventOf, withRefusalsOnRecord } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { findAddress, forgetAddress, setAddress, wishForMail } from './mail-queries.ts'

export interface MailWish {
  /** Whether mail is sent when there is a message. */
  readonly mail: boolean
  /** Whether there is an address to send it to. */
  readonly addressKnown: boolean
}

export interface MailWishPorts {
  readonly db: Database
  readonly clock: Clock
}

/** Whether a member gets mail about messages. Throws Problem `forbidden` for whoever is no member. */
export const makeFindMailWish =
  ({ db }: MailWishPorts) =>
  async (actor: Actor): Promise<MailWish> =>
    show(db, memberRefOf(actor))

/**
 * Turns mail about messages on or off. The address is what the identity provider vouches for at the next
 * login; off erases it at once. Throws Problem `forbidden`.
 */
export function makeSetMailWish({ db, clock }: MailWishPorts) {
  return async function setMailWish(actor: Actor, mail: boolean): Promise<MailWish> {
    const act = { type: 'notice.mail_wish_changed', action: 'U', actor, at: clock.now() } as const
    return withRefusalsOnRecord(db, act, async () => {
      const memberRef = memberRefOf(actor)
      return db.transaction().execute(async (tx) => {
        const isChanged = await (mail ? wishForMail(tx, memberRef, act.at) : forgetAddress(tx, memberRef))
        if (isChanged) await appendAudit(tx, eventOf(act, { mail }))
        return show(tx, memberRef)
      })
    })
  }
}

const Vouched = z.object({ email: z.email().max(254), email_verified: z.literal(true) })

/**
 * Remembers, at a login, the address of a member who wants mail; for anybody else it is not even looked at.
 * An address that the provider does not vouch for, or no longer, is none.
 */
export const makeRememberAddress =
  ({ db }: Pick<MailWishPorts, 'db'>) =>
  async (actor: Actor, claims: Readonly<Record<string, unknown>>): Promise<void> => {
    if (!hasRole(actor, 'member') || actor.memberRef === null) return
    const { data } = Vouched.safeParse(claims)
    await setAddress(db, actor.memberRef, data?.email ?? null)
  }

async function show(connection: Parameters<typeof findAddress>[0], memberRef: string): Promise<MailWish> {
  const found = await findAddress(connection, memberRef)
  return { mail: found !== undefined, addressKnown: (found?.address ?? null) !== null }
}

function memberRefOf(actor: Actor): string {
  if (!hasRole(actor, 'member') || actor.memberRef === null) throw new Problem('forbidden')
  return actor.memberRef
}

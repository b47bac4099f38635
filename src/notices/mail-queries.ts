import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'

export async function findAddress(
  connection: Connection,
  memberRef: string,
): Promise<{ address: string | null } | undefined> {
  return connection
    .selectFrom('mail_address')
    .select('address')
    .where('member_ref', '=', memberRef)
    .executeTakeFirst()
}

/** Whether the wish is new. */
export async function wishForMail(tx: Tx, memberRef: string, at: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('mail_address')
    .values({ member_ref: memberRef, wanted_at: at })
    .onConflict((conflict) => conflict.column('member_ref').doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Whether there was anything to forget; mail that waits for the member goes too. */
export async function forgetAddress(tx: Tx, memberRef: string): Promise<boolean> {
  await sql`delete from notice_mail m using notice n
    where m.notice_id = n.id and n.member_ref = ${memberRef}`.execute(tx)
  const { numDeletedRows } = await tx
    .deleteFrom('mail_address')
    .where('member_ref', '=', memberRef)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** For a member who wants mail; for others nothing is kept. */
export async function setAddress(
  connection: Connection,
  memberRef: string,
  address: string | null,
): Promise<void> {
  await connection
    .updateTable('mail_address')
    .set({ address })
    .where('member_ref', '=', memberRef)
    .where('address', 'is distinct from', address)
    .execute()
}

export interface ClaimedMail {
  readonly noticeId: string
  readonly kind: string
  readonly attempts: number
  readonly role: string | null
  /** Null for a member. */
  readonly entity: string | null
  readonly address: string | null
}

/**
 * Takes one mail that is due. It is pushed ahead before it is sent, and so tried again if this process dies
 * with it; no two processes have it at the same time.
 */
export async function claimMail(
  connection: Connection,
  now: Date,
  nextAt: (attempts: number) => Date,
): Promise<ClaimedMail | undefined> {
  return connection.transaction().execute(async (tx) => {
    const { rows } = await sql<ClaimedMail>`
      select m.notice_id as "noticeId", m.attempts + 1 as attempts, n.kind, n.role, n.entity, a.address
      from notice_mail m join notice n on n.id = m.notice_id left join mail_address a on a.member_ref = n.member_ref
      where m.state = 'waiting' and m.next_at <= ${now}
      order by m.next_at limit 1 for update of m skip locked`.execute(tx)
    const [mail] = rows
    if (mail)
      await tx
        .updateTable('notice_mail')
        .set({ attempts: mail.attempts, next_at: nextAt(mail.attempts) })
        .where('notice_id', '=', mail.noticeId)
        .execute()
    return mail
  })
}

export async function removeMail(connection: Connection, noticeId: string): Promise<void> {
  await connection.deleteFrom('notice_mail').where('notice_id', '=', noticeId).execute()
}

/** Without a mail server there is the inbox only. */
export async function removeAllMail(connection: Connection): Promise<void> {
  await connection.deleteFrom('notice_mail').where('state', '=', 'waiting').execute()
}

export async function noteFailure(
  connection: Connection,
  noticeId: string,
  failure: string,
  state: 'waiting' | 'dead',
): Promise<void> {
  await connection
    .updateTable('notice_mail')
    .set({ failure, state })
    .where('notice_id', '=', noticeId)
    .execute()
}

export interface UndeliveredMail {
  readonly noticeId: string
  readonly kind: string
  readonly role: string | null
  readonly attempts: number
  readonly failure: string | null
  readonly createdAt: Date
}

/** Mail that was given up, oldest first; never to whom. */
export async function listDeadMail(connection: Connection, limit: number): Promise<UndeliveredMail[]> {
  return connection
    .selectFrom('notice_mail as m')
    .innerJoin('notice as n', 'n.id', 'm.notice_id')
    .select([
      'm.notice_id as noticeId',
      'n.kind',
      'n.role',
      'm.attempts',
      'm.failure',
      'n.created_at as createdAt',
    ])
    .where('m.state', '=', 'dead')
    .orderBy('m.next_at')
    .orderBy('m.notice_id')
    .limit(limit)
    .execute()
}

export async function countMail(connection: Connection): Promise<{ waiting: number; dead: number }> {
  const { rows } = await sql<{ waiting: number; dead: number }>`
    select (select count(*) from notice_mail where state = 'waiting') as waiting,
      (select count(*) from notice_mail where state = 'dead') as dead`.execute(connection)
  return rows[0] ?? { waiting: 0, dead: 0 }
}

/** Whether there was such a mail. */
export async function reviveMail(tx: Tx, noticeId: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('notice_mail')
    .set({ state: 'waiting', attempts: 0, next_at: at, failure: null })
    .where('notice_id', '=', noticeId)
    .where('state', '=', 'dead')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

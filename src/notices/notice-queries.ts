import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import type { NoticeWanted } from './queue-notice.ts'

/**
 * One statement, so that two causes with one key cannot both write. Mail waits for members who want it, and
 * for every role: whether a role has a mailbox is known where mail is sent.
 */
export async function insertNotice(
  tx: Tx,
  { id, to, kind, about, facts, at, key }: NoticeWanted & { id: string },
) {
  const { memberRef, role, entity } = { memberRef: null, role: null, entity: null, ...to }
  await sql`
    with told as (
      insert into notice (id, key, member_ref, role, entity, kind, about_type, about_id, facts, created_at)
      values (${id}, ${key}, ${memberRef}, ${role}, ${entity}, ${kind}, ${about.type}, ${about.id},
        ${JSON.stringify(facts)}, ${at})
      on conflict (key) do nothing returning id, member_ref, created_at)
    insert into notice_mail (notice_id, state, next_at)
    select id, 'waiting', created_at from told
    where member_ref is null or member_ref in (select m.member_ref from mail_address m)`.execute(tx)
}

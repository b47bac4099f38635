import { z } from 'zod'
import { eventOf, isEngaged } from '../access/act.ts'
import { type Actor, hasRole, type Role } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { countUnread, listNotices, markRead, type NoticeRow } from './inbox-queries.ts'

export interface InboxPorts {
  readonly db: Database
  readonly clock: Clock
}

/** Whose messages somebody reads: their own as a member, and those to their roles. */
export interface Reader {
  readonly memberRef: string | null
  readonly roles: readonly Role[]
  readonly entities: readonly string[]
}

export interface InboxRequest {
  readonly limit: number
  readonly unread?: boolean | undefined
  readonly cursor?: string | undefined
}

export interface InboxPage {
  readonly notices: readonly NoticeRow[]
  readonly unread: number
  readonly nextCursor: string | null
}

const Cursor = z.tuple([z.iso.datetime(), z.string().refine(isId)])

/** An external whose time is over has no messages as staff any more; as a member they keep their own. */
function readerOf(actor: Actor, now: Date): Reader {
  const isStaff = isEngaged(actor, now)
  return {
    memberRef: hasRole(actor, 'member') ? actor.memberRef : null,
    roles: isStaff ? actor.roles.filter((role) => role !== 'member') : [],
    entities: isStaff ? actor.entities : [],
  }
}

/** The messages to somebody, newest first. Throws Problem `invalid_request` for a cursor that is not ours. */
export const makeListNotices =
  ({ db, clock }: InboxPorts) =>
  async (actor: Actor, { limit, unread, cursor }: InboxRequest): Promise<InboxPage> => {
    const reader = readerOf(actor, clock.now())
    const after = cursor === undefined ? undefined : readCursor(cursor)
    const [rows, waiting] = await Promise.all([
      listNotices(db, reader, { limit: limit + 1, unread: unread ?? false, after }),
      countUnread(db, reader),
    ])
    const notices = rows.slice(0, limit)
    const last = rows.length > limit ? notices.at(-1) : undefined
    return { notices, unread: waiting, nextCursor: last ? writeCursor(last) : null }
  }

/**
 * Marks a message as read, or all of them; a message to a role is read once one of its people has read it.
 * Throws Problem `not_found` for a message to somebody else.
 */
export const makeReadNotices =
  ({ db, clock }: InboxPorts) =>
  async (actor: Actor, id: string | 'all'): Promise<void> => {
    const at = clock.now()
    if (id !== 'all' && !isId(id)) throw new Problem('not_found')
    await db.transaction().execute(async (tx) => {
      const { known, read } = await markRead(tx, readerOf(actor, at), id, at)
      if (id !== 'all' && known === 0) throw new Problem('not_found')
      const detail = id === 'all' ? { count: read } : { noticeId: id }
      if (read > 0) await appendAudit(tx, eventOf({ type: 'notice.read', action: 'U', actor, at }, detail))
    })
  }

const writeCursor = ({ createdAt, id }: NoticeRow): string =>
  Buffer.from(JSON.stringify([createdAt.toISOString(), id])).toString('base64url')

function readCursor(cursor: string): { at: Date; id: string } {
  try {
    const [at, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { at: new Date(at), id }
  } catch (cause) {
    throw new Problem('invalid_request', {
      errors: [{ field: 'cursor', message: 'is not one that this service gave' }],
      cause,
    })
  }
}

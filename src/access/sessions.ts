import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Connection, Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { HOUR, MINUTE } from '../kernel/units.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import type { Actor } from './actor.ts'
import { deleteExpiredAttempts } from './login-queries.ts'
import { hashSecret, isSecret, newSecret } from './secrets.ts'
import {
  deleteSession,
  deleteSessionsBefore,
  findSession,
  insertSession,
  type SessionRow,
  touchSession,
} from './session-queries.ts'

/** A session ends this long after the last request, */
export const IDLE_MS = 30 * MINUTE
/** and this long after the login, whatever happens. */
export const SESSION_MS = 8 * HOUR
/** The last request is written down this often, not each time: a player asks for ranges all the time. */
const TOUCH_MS = MINUTE

export interface WebSession {
  /** What the database knows of the cookie. */
  readonly idHash: Buffer
  readonly actor: Actor
  /** To be sent as X-CSRF-Token with everything that changes something. */
  readonly csrfToken: string
  /** When it ends unless a person asks for something before, */
  readonly idleEndsAt: Date
  /** and when it ends at the latest. */
  readonly endsAt: Date
}

/** What became of a session whose person logged in once more. */
export type Renewal = { readonly id: string } | 'over' | 'other_person'

/** Web sessions in PostgreSQL: ended on the server, at once, for every instance. */
export interface Sessions {
  /** Starts a session for a person who just logged in; resolves to the cookie's value. */
  start(actor: Actor, replaced?: string): Promise<string>
  /**
   * Lets a session go on for its person, who just logged in once more: under a new id, with its limits counted
   * anew and the same CSRF token, so that other tabs go on too. Resolves to the new cookie's value. Nothing
   * happens to a session of another person.
   */
  renew(idHash: Buffer, actor: Actor): Promise<Renewal>
  /** The living session of a cookie's value, if any; `unattended` requests do not keep it alive. */
  find(cookie: string | undefined, how?: { readonly unattended: boolean }): Promise<WebSession | undefined>
  end(session: WebSession): Promise<void>
}

export function makeSessions({ db, clock }: { db: Database; clock: Clock }): Sessions {
  return {
    /** The id is new at every login: one that was planted before the login never becomes a session. */
    async start(actor, replaced) {
      const id = newSecret()
      const row = newSession(id, actor, clock.now())
      await db.transaction().execute(async (tx) => {
        if (isSecret(replaced)) await endSession(tx, hashSecret(replaced), clock.now())
        await insertSession(tx, row)
        await appendAudit(tx, sessionEvent('session.started', 'C', row, row.created_at))
      })
      return id
    },

    async renew(idHash, actor) {
      const id = newSecret()
      const now = clock.now()
      return db.transaction().execute(async (tx) => {
        const row = await findSession(tx, idHash)
        if (row && row.actor.sub !== actor.sub) return 'other_person'
        if (!row || !isAlive(row, now) || !(await deleteSession(tx, idHash))) return 'over'
        const renewed = { ...newSession(id, actor, now), csrf_token: row.csrf_token }
        await insertSession(tx, renewed)
        await appendAudit(tx, sessionEvent('session.confirmed', 'U', renewed, now))
        return { id }
      })
    },

    async find(cookie, { unattended } = { unattended: false }) {
      if (!isSecret(cookie)) return undefined
      const row = await findSession(db, hashSecret(cookie))
      const now = clock.now()
      if (!row || !isAlive(row, now)) return undefined
      const isTouched = !unattended && now.getTime() - row.seen_at.getTime() >= TOUCH_MS
      if (isTouched) await touchSession(db, row.id_hash, now)
      return {
        idHash: row.id_hash,
        actor: row.actor,
        csrfToken: row.csrf_token,
        idleEndsAt: new Date((isTouched ? now : row.seen_at).getTime() + IDLE_MS),
        endsAt: row.expires_at,
      }
    },

    async end(session) {
      await db.transaction().execute((tx) => endSession(tx, session.idHash, clock.now()))
    },
  }
}

function newSession(id: string, actor: Actor, now: Date): SessionRow {
  return {
    id_hash: hashSecret(id),
    actor: { ...actor, via: 'session' },
    csrf_token: newSecret(),
    created_at: now,
    seen_at: now,
    expires_at: new Date(now.getTime() + SESSION_MS),
    authenticated_at: actor.authenticatedAt,
  }
}

const isAlive = (row: SessionRow, now: Date): boolean =>
  row.expires_at > now && row.seen_at.getTime() + IDLE_MS > now.getTime()

async function endSession(tx: Connection, idHash: Buffer, at: Date): Promise<void> {
  const row = await findSession(tx, idHash)
  if (!row || !(await deleteSession(tx, idHash))) return
  await appendAudit(tx, sessionEvent('session.ended', 'D', row, at))
}

const sessionEvent = (
  type: string,
  action: 'C' | 'U' | 'D',
  { actor }: SessionRow,
  at: Date,
): AuditEvent => ({
  type,
  action,
  outcome: 'ok',
  at,
  actor,
  requestId: currentRequestId() ?? null,
})

/** Removes what can no longer be used: sessions past either limit and abandoned logins. For a periodic job. */
export async function removeExpiredSessions(db: Database, now: Date): Promise<number> {
  await deleteExpiredAttempts(db, now)
  return deleteSessionsBefore(db, { expiry: now, seen: new Date(now.getTime() - IDLE_MS) })
}

import { type Act, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import type { AuditActor } from '../audit/append.ts'
import { appendAuditForEach } from '../audit/append-queries.ts'
import type { Database, Tx } from '../db/database.ts'
import { addPeriod, dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { MINUTE } from '../kernel/units.ts'
import { lockKept } from './hold-target.ts'
import {
  findLock,
  insertLocks,
  type LockWanted,
  type RequestLock,
  removeLocks,
} from './request-lock-queries.ts'

/** A clock that is ahead of ours by this much is still believed. */
const AHEAD_MS = 5 * MINUTE

/**
 * Keeps recordings from destruction while a request needs them. For the transaction that registers the
 * request, so that there is no moment between; a sweep that comes later finds the lock. Recordings whose
 * destruction was first are not in the answer.
 */
export async function lockForRequest(
  tx: Tx,
  actor: AuditActor | null,
  wanted: LockWanted,
): Promise<readonly string[]> {
  const locked = await insertLocks(tx, wanted)
  const { requestRef, reviewBy, placedAt: at } = wanted
  await writeDown(tx, { type: 'recording.request_locked', at, actor }, locked, { requestRef, reviewBy })
  return locked
}

/** Ends the locks of a fulfilled or refused request, of named recordings or of all; returns those let go. */
export async function unlockForRequest(
  tx: Tx,
  actor: AuditActor | null,
  requestRef: string,
  recordingIds: readonly string[] | 'all',
  now: Date,
): Promise<readonly string[]> {
  const free = await removeLocks(tx, requestRef, recordingIds, now)
  await writeDown(tx, { type: 'recording.request_unlocked', at: now, actor }, free, { requestRef })
  return free
}

async function writeDown(
  tx: Tx,
  event: { readonly type: string; readonly at: Date; readonly actor: AuditActor | null },
  ids: readonly string[],
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (ids.length === 0) return
  await appendAuditForEach(tx, { ...event, action: 'U', outcome: 'ok', detail }, ids)
}

export interface RequestLockPorts {
  readonly db: Database
  readonly clock: Clock
}

/** The same for one recording, by a privacy officer. */
export function makeRequestLocks({ db, clock }: RequestLockPorts) {
  const act = (type: string, actor: Actor, id: string): Act => ({
    ...{ type, action: 'U', actor, at: clock.now() },
    ...(isId(id) ? { recordingId: id } : {}),
  })
  return {
    /**
     * Repeating it changes nothing. Throws Problem: `forbidden`, `invalid_request`, `not_found`,
     * `deletion_in_progress`, `destroyed`.
     */
    async lock(
      actor: Actor,
      id: string,
      { requestRef, receivedAt }: { readonly requestRef: string; readonly receivedAt: Date },
    ): Promise<{ lock: RequestLock; isNew: boolean }> {
      const doing = act('recording.request_locked', actor, id)
      return withRefusalsOnRecord(db, doing, async () => {
        requireRole(actor, doing.at, 'privacy_officer')
        if (receivedAt.getTime() > doing.at.getTime() + AHEAD_MS)
          throw new Problem('invalid_request', {
            errors: [{ field: 'receivedAt', message: 'must not lie ahead' }],
          })
        return db.transaction().execute(async (tx) => {
          const recordingId = await lockKept(tx, id, actor.entities)
          const placed = { placedBy: actor.sub, placedAt: doing.at, reviewBy: reviewDayOf(receivedAt) }
          const wanted = { recordingIds: [recordingId], requestRef, ...placed }
          const locked = await lockForRequest(tx, actor, wanted)
          return { lock: await findLock(tx, recordingId, requestRef), isNew: locked.length > 0 }
        })
      })
    },

    /** Throws Problem: `forbidden`, `not_found`. */
    async unlock(actor: Actor, id: string, requestRef: string): Promise<void> {
      const doing = act('recording.request_unlocked', actor, id)
      await withRefusalsOnRecord(db, doing, async () => {
        requireRole(actor, doing.at, 'privacy_officer')
        await db.transaction().execute(async (tx) => {
          const recordingId = await lockKept(tx, id, actor.entities)
          const free = await unlockForRequest(tx, actor, requestRef, [recordingId], doing.at)
          if (free.length === 0) throw new Problem('not_found')
        })
      })
    },
  }
}

export type RequestLocks = ReturnType<typeof makeRequestLocks>

/** One month to answer (Art. 12(3) GDPR), and thirty days after that a lock that is left has to be looked at. */
export const reviewDayOf = (receivedAt: Date): string =>
  addPeriod(addPeriod(dayOf(receivedAt), 'P1M'), 'P30D')

import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { requireStepUp } from '../access/step-up.ts'
import { type AuditActor, appendAudit } from '../audit/append.ts'
import { appendAuditForEach } from '../audit/append-queries.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { lockKept } from './hold-target.ts'
import { notifyRecipients } from './notify-recipients.ts'
import {
  addRestrictions,
  findRestriction,
  noteLiftNotices,
  putRestriction,
  type RestrictionRow,
  removeRestriction,
} from './restrict-queries.ts'

/** Art. 18(1) GDPR, a to d. */
export const RESTRICTION_GROUNDS = [
  'accuracy_contested',
  'unlawful_processing',
  'needed_for_claims',
  'objection_pending',
] as const
export type RestrictionGround = (typeof RESTRICTION_GROUNDS)[number]

export interface RestrictPorts {
  readonly db: Database
  readonly clock: Clock
}

/**
 * Restriction of processing (Art. 18 GDPR): the recording is stored and nothing else. Staff cannot listen,
 * also not on in a stream that runs; nothing destroys it; its member keeps hearing it. All three throw
 * Problem: `forbidden`, `not_found`, `deletion_in_progress`, `destroyed`.
 */
export function makeRestrict(ports: RestrictPorts) {
  return {
    /** In force when it resolves. */
    restrict: (actor: Actor, id: string, ground: RestrictionGround) =>
      inTransaction(ports, actor, id, 'recording.restricted', (tx, recordingId, act) =>
        restrictLocked(tx, { ...act, recordingId, ground, placedBy: actor.sub }),
      ),

    /** Writes down that the member has been told of the coming end (Art. 18(3)). */
    giveLiftNotice: (actor: Actor, id: string): Promise<RestrictionRow> =>
      inTransaction(ports, actor, id, 'recording.restriction_notice', async (tx, recordingId, act) => {
        const [restriction] = await noticeLocked(tx, { ...act, recordingIds: [recordingId] })
        if (!restriction) throw new Problem('not_found')
        return restriction
      }),

    /** Only after the notice; else Problem('notice_required'). Also throws Problem: `step_up_required`. */
    liftRestriction: (actor: Actor, id: string): Promise<void> =>
      inTransaction(ports, actor, id, 'recording.restriction_lifted', async (tx, recordingId, act) => {
        requireStepUp(actor, act.at)
        const restriction = await findRestriction(tx, recordingId)
        if (!restriction) throw new Problem('not_found')
        const { liftNoticeAt } = restriction
        if (liftNoticeAt === null || liftNoticeAt >= act.at) throw new Problem('notice_required')
        await liftLocked(tx, { ...act, recordingId, liftNoticeAt })
      }),
  }
}

export type Restrict = ReturnType<typeof makeRestrict>

/** An act on recordings that the caller has locked, by somebody who may; without an actor by the service itself. */
interface Acting {
  readonly actor: AuditActor | null
  readonly at: Date
}

interface Restricting extends Acting {
  readonly ground: RestrictionGround
  readonly placedBy: string
}

/** Restricts a locked recording in the caller's transaction, on this ground whatever it was before. */
async function restrictLocked(
  tx: Tx,
  { recordingId, actor, at, ground, placedBy }: Restricting & { readonly recordingId: string },
): Promise<{ restriction: RestrictionRow; isNew: boolean }> {
  const put = await putRestriction(tx, { recordingId, ground, placedBy, placedAt: at })
  const act = { type: 'recording.restricted', action: 'U', actor, at, recordingId } as const
  await appendAudit(tx, eventOf(act, { ground }))
  if (put.isNew) await notifyRecipients(tx, recordingId, 'restricted', at)
  return put
}

/**
 * Restricts locked recordings in the caller's transaction, but for those that somebody restricted before: that goes
 * on as it is. Returns the others.
 */
export async function restrictOthers(
  tx: Tx,
  { recordingIds, actor, at, ground, placedBy }: Restricting & { readonly recordingIds: readonly string[] },
): Promise<readonly string[]> {
  const added = await addRestrictions(tx, recordingIds, { ground, placedBy, placedAt: at })
  if (added.length === 0) return added
  const act = { type: 'recording.restricted', action: 'U', actor, at } as const
  await appendAuditForEach(tx, eventOf(act, { ground }), added)
  await notifyRecipients(tx, added, 'restricted', at)
  return added
}

/** Writes the notice down in the caller's transaction. Returns the restrictions that there are. */
export async function noticeLocked(
  tx: Tx,
  { recordingIds, actor, at }: Acting & { readonly recordingIds: readonly string[] },
): Promise<readonly RestrictionRow[]> {
  const restrictions = await noteLiftNotices(tx, recordingIds, at)
  const act = { type: 'recording.restriction_notice', action: 'U', actor, at } as const
  const ids = restrictions.map(({ recordingId }) => recordingId)
  if (ids.length > 0) await appendAuditForEach(tx, eventOf(act), ids)
  return restrictions
}

/** Ends a restriction of which the member was told before, in the caller's transaction. */
export async function liftLocked(
  tx: Tx,
  {
    recordingId,
    actor,
    at,
    liftNoticeAt,
  }: Acting & { readonly recordingId: string; readonly liftNoticeAt: Date },
): Promise<void> {
  await removeRestriction(tx, recordingId, at)
  const act = { type: 'recording.restriction_lifted', action: 'U', actor, at, recordingId } as const
  await appendAudit(tx, eventOf(act, { noticeAt: liftNoticeAt.toISOString() }))
}

/** For a privacy officer, with the recording locked. */
async function inTransaction<T>(
  { db, clock }: RestrictPorts,
  actor: Actor,
  id: string,
  type: string,
  run: (tx: Tx, recordingId: string, act: Act) => Promise<T>,
): Promise<T> {
  const at = clock.now()
  const act: Act = { type, action: 'U', actor, at, ...(isId(id) ? { recordingId: id } : {}) }
  return withRefusalsOnRecord(db, act, async () => {
    requireRole(actor, at, 'privacy_officer')
    return db.transaction().execute(async (tx) => run(tx, await lockKept(tx, id, actor.entities), act))
  })
}

import { eventOf } from '../access/act.ts'
import { askedSince } from '../access/four-eyes.ts'
import { appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import { DAY } from '../kernel/units.ts'
import { lockTarget } from '../recordings/hold-target-queries.ts'
import { liftLocked, noticeLocked } from '../recordings/restrict.ts'
import { findRestriction } from '../recordings/restrict-queries.ts'
import { lockItemsIn, UNDECIDED, updateItem, updateMixed } from './answer-queries.ts'
import { eraseDelivered } from './deliver-request.ts'
import type { RequestPorts } from './file-request.ts'
import {
  closable,
  deleteClosed,
  isContested,
  type OwnRestriction,
  restrictionsToLift,
  staleProposals,
  waitingToErase,
} from './reopen-queries.ts'
import { insertStep, lockRequestOf, type RequestRow, updateRequest } from './request-queries.ts'
import { settle } from './settle-request.ts'

/** Between the notice that a restriction will end and its end (Art. 18(3) GDPR). */
const NOTICE_MS = DAY
/** A court can be asked for six weeks (Art. 35(2) UAVG); until then a dossier stays as it is. */
const CLOSED_AFTER_DAYS = 42

/**
 * What goes on with requests by itself once its time has come: erasures after a delivery, restrictions that have had
 * their notice, proposals that nobody judged, dossiers that are closed and in the end deleted. Safe to run twice.
 */
export function makeTendRequests(ports: RequestPorts) {
  return async function tendRequests(signal?: AbortSignal): Promise<void> {
    const { db, clock } = ports
    const at = clock.now()
    const each = async (ids: readonly string[], run: (tx: Tx, row: RequestRow) => Promise<RequestRow>) => {
      for (const id of ids) {
        if (signal?.aborted) return
        await db.transaction().execute(async (tx) => {
          const row = await lockRequestOf(tx, id)
          if (row) await settle(tx, await run(tx, row), { actor: null, at })
        })
      }
    }
    await each(await waitingToErase(db), async (tx, row) => {
      await eraseDelivered({ tx, rules: ports.rules, actor: null, at }, row)
      return row
    })
    const weekAgo = askedSince(at)
    await each(await staleProposals(db, weekAgo), (tx, row) => dropProposals(tx, row, weekAgo, at))
    for (const own of await restrictionsToLift(db))
      await db.transaction().execute((tx) => liftOwn(tx, own, at))
    const longAgo = new Date(at.getTime() - CLOSED_AFTER_DAYS * DAY)
    await each(await closable(db, longAgo), (tx, row) => close(tx, row, at))
    await db.transaction().execute((tx) => forget(tx, at))
  }
}

async function dropProposals(tx: Tx, row: RequestRow, before: Date, at: Date): Promise<RequestRow> {
  const proposed = await lockItemsIn(tx, row.id, ['proposed'])
  const stale = proposed.filter(({ decided_at }) => decided_at !== null && decided_at < before)
  await updateMixed(tx, stale, UNDECIDED)
  await insertStep(tx, row.id, { type: 'proposal_expired', actor: null, at })
  await audit(tx, 'privacy_request.proposal_expired', row, at)
  return row
}

/** Lifts a restriction of ours; one that somebody has placed anew in the meantime is theirs. */
async function liftOwn(tx: Tx, own: OwnRestriction, at: Date): Promise<void> {
  const { recordingId, requestId } = own
  const row = await lockRequestOf(tx, requestId)
  const target = row && (await lockTarget(tx, recordingId, row.entities))
  if (!target || (await isContested(tx, recordingId))) return
  const restriction = await findRestriction(tx, recordingId)
  const isOurs = restriction?.placedAt.getTime() === own.restrictedAt.getTime()
  if (restriction && isOurs) {
    const { liftNoticeAt } = restriction
    if (liftNoticeAt === null) await noticeLocked(tx, { recordingIds: [recordingId], actor: null, at })
    if (liftNoticeAt === null || liftNoticeAt.getTime() + NOTICE_MS > at.getTime()) return
    await liftLocked(tx, { recordingId, actor: null, at, liftNoticeAt })
  }
  await updateItem(tx, { request_id: requestId, type: own.type, n: own.n }, { restricted_at: null })
}

async function close(tx: Tx, row: RequestRow, at: Date): Promise<RequestRow> {
  await insertStep(tx, row.id, { type: 'closed', actor: null, at })
  await audit(tx, 'privacy_request.closed', row, at)
  return updateRequest(tx, row.id, { closed_at: at })
}

async function forget(tx: Tx, at: Date): Promise<void> {
  for (const gone of await deleteClosed(tx, dayOf(at))) await audit(tx, 'privacy_request.deleted', gone, at)
}

const audit = (
  tx: Tx,
  type: string,
  { id, entities }: Pick<RequestRow, 'id' | 'entities'>,
  at: Date,
): Promise<void> => {
  const action = type.endsWith('deleted') ? 'D' : 'U'
  return appendAudit(tx, eventOf({ type, action, actor: null, at, entities }, { privacyRequest: id }))
}

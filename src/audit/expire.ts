import type { Tx } from '../db/database.ts'
import { dayOf, startOfDay } from '../kernel/calendar.ts'
import { type AuditActor, appendAudit } from './append.ts'
import { signCheckpoint } from './checkpoint.ts'
import { dropSegment, eraseSealed, firstSeq, firstSince } from './expire-queries.ts'
import { Frontier } from './merkle.ts'
import type { SealPorts } from './seal.ts'
import { takeTurn } from './seal-queries.ts'
import { treeOf } from './tree.ts'
import { edgeAt } from './tree-proofs.ts'
import { droppedLine } from './verify-export.ts'

/** Whole subtrees of the stored levels, so that every later proof finds its hashes. */
const GRAIN = 256

/** The least number of years that an audit log is kept (NEN 7513). */
export const LEAST_YEARS = 5

/**
 * Drops events whose time is over, oldest first, and leaves a signed digest of them: what comes after is still
 * proven. The log is personal data too, of staff and of members. Resolves with how many were dropped.
 */
export function makeExpireAudit({ db, signer, origin, clock }: SealPorts, years: number) {
  if (years < LEAST_YEARS) throw new RangeError('an audit log is kept for five years at least')

  return async function expireAudit(): Promise<number> {
    const now = clock.now()
    const since = startOfDay(yearsBefore(dayOf(now), years))
    return db.transaction().execute(async (tx) => {
      if (!(await takeTurn(tx))) return 0
      const from = await firstSeq(tx)
      const keep = await firstSince(tx, since)
      const to = keep === undefined ? 0 : keep - (keep % GRAIN)
      if (from === undefined || to <= from) return 0
      const subtrees = await edgeAt(treeOf(tx), to)
      const root = new Frontier(to, subtrees).root()
      const note = signCheckpoint({ origin, size: to, root, extensions: [droppedLine(to)] }, signer)
      const dropped = await dropSegment(tx, { from, to, subtrees, note, at: now })
      await appendAudit(tx, {
        ...{ type: 'audit.segment_dropped', action: 'D', outcome: 'ok', at: now, actor: null },
        detail: { from, to },
      })
      return dropped
    })
  }
}

const yearsBefore = (day: string, years: number): string =>
  `${String(Number(day.slice(0, 4)) - years).padStart(4, '0')}${day.slice(4).replace('-02-29', '-02-28')}`

/**
 * Erases who acted, for which case and what else was noted of sealed events, because the law wants it; that they
 * happened stays proven. On record itself, in the caller's transaction.
 */
export async function erasePayloads(
  tx: Tx,
  eventIds: readonly string[],
  { actor, at }: { readonly actor: AuditActor | null; readonly at: Date },
): Promise<number> {
  const erased = await eraseSealed(tx, eventIds)
  await appendAudit(tx, {
    ...{ type: 'audit.payloads_erased', action: 'D', outcome: 'ok', at, actor },
    detail: { asked: eventIds.length, erased },
  })
  return erased
}

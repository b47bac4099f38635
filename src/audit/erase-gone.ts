import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { HOUR } from '../kernel/units.ts'
import { erasePayloads } from './expire.ts'
import { actsOfMembers, settleGone, takeGone } from './expire-queries.ts'

/** By then the last event of a stream that ran on is written and sealed. */
const SETTLED_MS = HOUR
const AT_ONCE = 500

/**
 * Erases who of the members did something with a recording that is gone: nothing may tell any more whose it was,
 * and what was noted of listening to one's own call has no other purpose. What staff did stays as long as the log
 * (NEN 7513), also of people who are members too. Resolves with the number of recordings.
 */
export function makeEraseGone({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  return async function eraseGone(signal: AbortSignal): Promise<number> {
    let total = 0
    for (let taken = AT_ONCE; taken === AT_ONCE && !signal.aborted; total += taken)
      taken = await db.transaction().execute((tx) => eraseSome(tx, clock.now()))
    return total
  }
}

async function eraseSome(tx: Tx, now: Date): Promise<number> {
  const gone = await takeGone(tx, new Date(now.getTime() - SETTLED_MS), AT_ONCE)
  const acts = await actsOfMembers(tx, gone)
  const later = new Set(acts.flatMap(({ isSealed, recordingId }) => (isSealed ? [] : [recordingId])))
  const sealed = acts.flatMap(({ isSealed, eventId }) => (isSealed ? [eventId] : []))
  if (sealed.length > 0) await erasePayloads(tx, sealed, { actor: null, at: now })
  await settleGone(tx, { done: gone.filter((id) => !later.has(id)), later: [...later], now })
  return gone.length
}

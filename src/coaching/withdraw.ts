import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { findLost, type LostItem, lockLost, markWithdrawn } from './withdraw-queries.ts'

export interface WithdrawPorts {
  readonly db: Database
  readonly clock: Clock
}

const BATCH = 200

/**
 * Withdraws items whose call may not be used for training any more, with everything that was written about them.
 * Listening has ended before: it asks the same at every range. Aborting ends it after an item; the next run
 * does the rest. Resolves to how many it withdrew.
 */
export function makeWithdraw({ db, clock }: WithdrawPorts) {
  async function withdrawOne(item: LostItem): Promise<boolean> {
    const at = clock.now()
    return db.transaction().execute(async (tx) => {
      const found = await lockLost(tx, item, dayOf(at))
      if (!found) return false
      await markWithdrawn(tx, found, at)
      const { sampleId, n, reason, recordingId } = found
      await appendAudit(tx, {
        type: 'training.withdrawn',
        action: 'D',
        outcome: 'ok',
        at,
        actor: null,
        ...(recordingId === null ? {} : { recordingId }),
        detail: { sample: sampleId, n, reason },
      })
      return true
    })
  }

  /** How many of a batch it withdrew; fewer than there were when others have them, or it was aborted. */
  async function withdrawAll(items: readonly LostItem[], signal?: AbortSignal): Promise<number> {
    let done = 0
    for (const item of items) if (!signal?.aborted && (await withdrawOne(item))) done += 1
    return done
  }

  return async function withdraw(signal?: AbortSignal): Promise<number> {
    let withdrawn = 0
    for (let isMore = true; isMore; ) {
      const items = await findLost(db, dayOf(clock.now()), BATCH)
      const done = await withdrawAll(items, signal)
      withdrawn += done
      isMore = done === BATCH
    }
    return withdrawn
  }
}

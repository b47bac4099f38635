import type { Tx } from '../db/database.ts'
import { endsOf } from '../recordings/ends.ts'
import { lockDated, type NewDates, updateDates } from './recompute-queries.ts'

/** Enough to be quick, few enough to stay far below the limits of one statement. */
const BATCH = 5000

/**
 * Sets the stored dates of recordings to what their tags say, after any change of the tags, and marks
 * their objects as behind. Recordings that are being destroyed, or are gone, stay as they are.
 * Returns the new dates.
 */
export async function recomputeEnds(tx: Tx, ids: readonly string[], now: Date): Promise<NewDates[]> {
  const all: NewDates[] = []
  for (let start = 0; start < ids.length; start += BATCH) {
    const recordings = await lockDated(tx, ids.slice(start, start + BATCH))
    const dates = recordings.map(({ id, linkBy, tags }) => {
      const { keepUntil, dueAt } = endsOf(tags, now, linkBy)
      return { id, keepUntil, dueAt }
    })
    if (dates.length > 0) await updateDates(tx, dates, now)
    all.push(...dates)
  }
  return all
}

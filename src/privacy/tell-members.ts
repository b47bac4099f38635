import type { Database, Tx } from '../db/database.ts'
import { addPeriod, dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import {
  type DisclosureRow,
  delaysOver,
  delaysToAnnounce,
  membersOf,
  updateDisclosure,
} from './disclosure-queries.ts'

/** Tells the members whose calls were given, unless a delay that was recorded is still running. */
export async function tellMembers(tx: Tx, row: DisclosureRow, at: Date): Promise<void> {
  if (row.delay_until !== null && dayOf(at) <= row.delay_until) return
  for (const { recordingId, memberRef } of await membersOf(tx, row.id))
    await queueNotice(tx, {
      to: { memberRef },
      kind: 'recording_disclosed',
      about: { type: 'recording', id: recordingId },
      facts: {},
      at,
      key: `recording_disclosed ${row.id} ${recordingId}`,
    })
}

/** Officers hear so long before that a delay ends. */
const AHEAD = 'P7D'

/**
 * Looks after delays: officers are told a week before one ends, so that somebody looks at it again, and members are
 * told when it is over. For a job.
 */
export const makeLookAfterDelays =
  ({ db, clock }: { readonly db: Database; readonly clock: Clock }) =>
  (): Promise<void> =>
    db.transaction().execute(async (tx) => {
      const at = clock.now()
      const today = dayOf(at)
      for (const row of await delaysToAnnounce(tx, addPeriod(today, AHEAD))) {
        await queueNotice(tx, {
          to: { role: 'privacy_officer', entity: row.entity },
          kind: 'disclosure_delay_ends',
          about: { type: 'disclosure', id: row.id },
          facts: { until: row.delay_until },
          at,
          key: `disclosure_delay_ends ${row.id} ${row.delay_until}`,
        })
        await updateDisclosure(tx, row.id, { delay_announced_at: at })
      }
      for (const row of await delaysOver(tx, today)) {
        await tellMembers(tx, row, at)
        await updateDisclosure(tx, row.id, { delay_told_at: at })
      }
    })

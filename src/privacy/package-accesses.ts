import type { Database } from '../db/database.ts'
import type { CalendarDay } from '../kernel/calendar.ts'
import { findAccesses, heardSeconds } from '../recordings/accesses-queries.ts'
import type { AccessLine } from './package-documents.ts'

/** Who heard or copied a call, as its member may know it on this day. */
export async function accessLinesOf(
  db: Database,
  recordingId: string,
  durationSeconds: number | null,
  today: CalendarDay,
): Promise<AccessLine[]> {
  const rows = await findAccesses(db, [recordingId], { today, withheld: false })
  return rows.map((row) => ({
    recordingId,
    firstAt: row.first_at,
    lastAt: row.last_at,
    action: row.type === 'recording.copied' ? ('copied' as const) : ('listened' as const),
    // Nobody but its member hears a call as a member.
    byMember: row.actor_roles.includes('member') && row.purpose === null,
    roles: row.actor_roles,
    purpose: row.purpose,
    heardSeconds: heardSeconds(row, durationSeconds),
  }))
}

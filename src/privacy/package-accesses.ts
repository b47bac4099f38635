import type { Database } from '../db/database.ts'
import { type AccessRow, findAccesses } from '../recordings/accesses-queries.ts'
import type { AccessLine } from './package-documents.ts'

/** Who heard or copied a call, as its member may know it. */
export async function accessLinesOf(
  db: Database,
  recordingId: string,
  durationSeconds: number | null,
): Promise<AccessLine[]> {
  const rows = await findAccesses(db, recordingId)
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

function heardSeconds({ sent_bytes: sent, total_bytes: total }: AccessRow, seconds: number | null) {
  return seconds === null || sent === null || total === null || total === 0
    ? null
    : Math.round((seconds * sent) / total)
}

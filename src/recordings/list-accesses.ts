import { z } from 'zod'
import { type Actor, hasRole } from '../access/actor.ts'
import { can, scopeOf } from '../access/policy.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { type AccessJson, AccessSchema, accessLinesOf } from './access-lines.ts'
import { findRecording } from './find-queries.ts'
import { durationSeconds, subjectOf, tagOf } from './present.ts'
import { recordRead } from './record-read.ts'

export const AccessListSchema = z.strictObject({ items: z.array(AccessSchema) }).meta({ id: 'AccessList' })

export interface ListAccessesPorts {
  readonly db: Database
  readonly trail: AuditTrail
  readonly clock: Clock
}

/** Who listened to a recording (Art. 15 GDPR): for the member, the privacy officer and the auditor. */
export function makeListAccesses({ db, trail, clock }: ListAccessesPorts) {
  return async function listAccesses(actor: Actor, id: string): Promise<{ items: AccessJson[] }> {
    const now = clock.now()
    const row = await findRecording(db, idToLookUp(id), scopeOf(actor))
    const decision = row ? can(actor, 'accesses', subjectOf(row, row.tags.map(tagOf)), now) : 'not_found'
    await recordRead(trail, { type: 'recording.accesses_viewed', actor, at: now, decision, id })
    if (!row) throw new Problem('not_found')
    const isOfficer = row.member_ref !== actor.memberRef && hasRole(actor, 'privacy_officer', 'auditor')
    const calls = new Map([[row.id, durationSeconds(row)]])
    const lines = await accessLinesOf(db, calls, { actor, isOfficer, today: dayOf(now) })
    return { items: lines.map(({ line }) => line) }
  }
}

import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { can } from '../access/policy.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { listOfEntities } from './find-queries.ts'
import { CaseRef, Purpose } from './listen-schema.ts'
import { presentItem, type RecordingItemJson, tagOf } from './present.ts'
import { recordRead } from './record-read.ts'

export interface ListForCasePorts {
  readonly db: Database
  readonly trail: AuditTrail
  readonly clock: Clock
}

const ref = z.string().trim().min(1).max(200)

/** Exactly one reference: a case is about one policy, claim or complaint, and a list of many would be browsing. */
export const CaseSearch = z
  .strictObject({
    purpose: Purpose,
    caseRef: CaseRef,
    policy: ref.optional(),
    claim: ref.optional(),
    complaint: ref.optional(),
  })
  .refine(({ policy, claim, complaint }) => [policy, claim, complaint].filter(Boolean).length === 1, {
    path: ['policy'],
    message: 'name one of policy, claim and complaint',
  })
  .meta({ id: 'CaseSearch', description: 'For which purpose and case, and by which reference' })

const MOST_SHOWN = 100

/**
 * Lists the recordings of a policy, claim or complaint that were made for the declared purpose, newest first, to
 * staff who listen for cases. Purpose and case are on record before anything is shown. Throws Problem
 * `forbidden`, `purpose_required`.
 */
export function makeListForCase({ db, trail, clock }: ListForCasePorts) {
  return async function listForCase(
    actor: Actor,
    { purpose, caseRef, ...reference }: z.output<typeof CaseSearch>,
  ): Promise<{ items: RecordingItemJson[] }> {
    const at = clock.now()
    const decision = can(actor, 'list_for_case', null, at, { purpose, caseRef })
    const filter = { ...reference, purpose, limit: MOST_SHOWN }
    const rows = decision === 'allowed' ? await listOfEntities(db, actor.entities, filter) : []
    // The reference leads to a member; which kind it was is enough.
    const detail = { count: rows.length, filters: Object.keys(reference), purpose }
    await recordRead(trail, { type: 'recording.searched', actor, at, decision, caseRef, detail })
    return { items: rows.map((row) => presentItem(row, row.tags.map(tagOf), actor)) }
  }
}

export type ListForCase = ReturnType<typeof makeListForCase>

import type { Actor } from '../access/actor.ts'
import { can, scopeOf } from '../access/policy.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { findRecording } from './find-queries.ts'
import { subjectOf, tagOf } from './present.ts'
import { recordRead } from './record-read.ts'
import type { Span } from './span-list.ts'
import { findSpans } from './span-queries.ts'

export interface ListCutsPorts {
  readonly db: Database
  readonly trail: Pick<AuditTrail, 'append'>
  readonly clock: Clock
}

/**
 * What is left out of the copy of a recording, for whoever may have that copy. Audited before it is said;
 * throws Problem: `not_found`, `forbidden`, `unavailable`.
 */
export function makeListCuts({ db, trail, clock }: ListCutsPorts) {
  return async function listCuts(actor: Actor, id: string): Promise<readonly Span[]> {
    const at = clock.now()
    const row = await findRecording(db, idToLookUp(id), scopeOf(actor))
    const decision = row ? can(actor, 'copy', subjectOf(row, row.tags.map(tagOf)), at) : 'not_found'
    await recordRead(trail, { type: 'recording.cuts_viewed', actor, at, decision, id })
    if (!row) throw new Problem('not_found')
    return (await findSpans(db, row.id)).cuts
  }
}

export type ListCuts = ReturnType<typeof makeListCuts>

import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { publishedCounts } from './anonymous-queries.ts'
import { mayReadRecords } from './certificate-find.ts'

/** Fewer members than this in one cell could point at one of them. */
export const LEAST_MEMBERS = 10

/** Lists what remains of anonymised calls of the actor's entities. Throws Problem: `forbidden`. */
export function makeListCounts({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  return async function listCounts(actor: Actor) {
    const at = clock.now()
    if (!mayReadRecords(actor, at)) {
      const event = { type: 'retention.counts', action: 'R', actor, at } as const
      await appendAudit(db, { ...event, outcome: 'denied', code: 'forbidden' })
      throw new Problem('forbidden')
    }
    const rows = await publishedCounts(db, actor.entities, LEAST_MEMBERS)
    return rows.map(({ month, purposes, ...cell }) => ({
      month: month.slice(0, 'YYYY-MM'.length),
      ...cell,
      purposes: purposes.split('+'),
    }))
  }
}

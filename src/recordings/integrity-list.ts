import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { type AffectedRow, type CheckedSummary, listAffected, summariseChecks } from './integrity-queries.ts'

export interface IntegrityPage {
  readonly items: readonly AffectedRow[]
  readonly checked: CheckedSummary
  readonly nextCursor: string | null
}

/**
 * Lists what is damaged of the actor's entities and whom it affects, the longest known first, and how far
 * checking has come. Audited. Throws Problem: `forbidden`, `invalid_request`.
 */
export function makeListDamage({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  return async function listDamage(
    actor: Actor,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<IntegrityPage> {
    const act: Act = { type: 'integrity.listed', action: 'R', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer', 'auditor')
      const { entities } = actor
      const after = cursor === undefined ? undefined : readCursor(cursor)
      // One more than asked for tells whether there is a next page.
      const found = await listAffected(db, { entities, after, limit: limit + 1 })
      const checked = await summariseChecks(db, entities)
      const items = found.slice(0, limit)
      await appendAudit(db, eventOf(act, { count: items.length }))
      return { items, checked, nextCursor: found.length > limit ? writeCursor(items.at(-1)) : null }
    })
  }
}

const writeCursor = (row: AffectedRow | undefined): string | null =>
  row ? Buffer.from(`${row.foundAt.toISOString()} ${row.recordingId}`).toString('base64url') : null

function readCursor(cursor: string): { foundAt: Date; recordingId: string } {
  const [instant = '', recordingId = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  const foundAt = new Date(instant)
  if (Number.isNaN(foundAt.getTime()) || !isId(recordingId))
    throw new Problem('invalid_request', {
      errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
    })
  return { foundAt, recordingId }
}

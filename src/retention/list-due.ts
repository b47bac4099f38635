import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { type DueListRow, dueBefore } from './due-queries.ts'
import { permit } from './permit.ts'

export interface DueRequest {
  readonly before: Date
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface DuePage {
  readonly rows: readonly DueListRow[]
  readonly nextCursor: string | null
}

/** Lists what becomes due before a moment, for the entities of the actor, oldest first. Audited. */
export function makeListDue({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  return async function listDue(actor: Actor, { before, limit, cursor }: DueRequest): Promise<DuePage> {
    const at = clock.now()
    await permit(db, actor, 'list_due', at)
    const after = cursor === undefined ? undefined : readCursor(cursor)
    // One more than asked for tells whether there is a next page.
    const found = await dueBefore(db, { before, entities: actor.entities, after, limit: limit + 1 })
    const rows = found.slice(0, limit)
    const detail = { before: before.toISOString(), count: rows.length }
    await appendAudit(db, { type: 'retention.list_due', action: 'R', outcome: 'ok', at, actor, detail })
    return { rows, nextCursor: found.length > limit ? writeCursor(rows.at(-1)) : null }
  }
}

const writeCursor = (row: DueListRow | undefined): string | null =>
  row?.due_at ? Buffer.from(`${row.due_at.toISOString()} ${row.id}`).toString('base64url') : null

function readCursor(cursor: string): { dueAt: Date; id: string } {
  const [instant = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  const dueAt = new Date(instant)
  if (Number.isNaN(dueAt.getTime()) || !isId(id))
    throw new Problem('invalid_request', {
      errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
    })
  return { dueAt, id }
}

import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { permit } from './permit.ts'
import { listReviewRows, lockReview, type ReviewRow, writeReview } from './review-queries.ts'

interface ReviewPorts {
  readonly db: Database
  readonly clock: Clock
}

/** How many people must confirm before the destruction waits no longer. */
const CONFIRMATIONS = 2

export interface ReviewRequest {
  readonly limit: number
  readonly cursor?: string | undefined
}

/**
 * Lists what waits for review in the entities of the actor, first to go first. Silence destroys after
 * the grace; whoever wants to keep one places a hold. Throws Problem: `forbidden`, `invalid_request`.
 */
export function makeListReviews({ db, clock }: ReviewPorts) {
  return async function listReviews(actor: Actor, { limit, cursor }: ReviewRequest) {
    const at = clock.now()
    await permit(db, actor, 'see_decisions', at)
    const after = cursor === undefined ? undefined : readCursor(cursor)
    const found = await listReviewRows(db, { entities: actor.entities, after, limit: limit + 1 })
    const rows = found.slice(0, limit)
    const detail = { count: rows.length }
    await appendAudit(db, { type: 'retention.list_reviews', action: 'R', outcome: 'ok', at, actor, detail })
    return { rows, nextCursor: found.length > limit ? writeCursor(rows.at(-1)) : null }
  }
}

/**
 * Confirms the end of one recording; after two different people did, its destruction no longer waits
 * for the grace. Throws Problem: `forbidden`, `step_up_required`, `not_found` for what is not in review,
 * `second_person_required` for the same person again, `not_open` when two have confirmed.
 */
export function makeConfirmDestruction({ db, clock }: ReviewPorts) {
  return async function confirmDestruction(actor: Actor, recordingId: string): Promise<ReviewRow> {
    const at = clock.now()
    await permit(db, actor, 'confirm_destruction', at)
    const event = { type: 'recording.destruction_confirmed', action: 'U', at, actor } as const
    const confirmed = await db.transaction().execute(async (tx) => {
      const row = isId(recordingId) ? await lockReview(tx, recordingId) : undefined
      const one = reviewableOf(row, actor)
      if (one instanceof Problem) {
        const about = one.code === 'not_found' ? {} : { recordingId }
        await appendAudit(tx, { ...event, ...about, outcome: 'denied', code: one.code })
        return one
      }
      await writeReview(tx, recordingId, actor.sub, at)
      const confirmedBy = [...one.confirmedBy, actor.sub]
      const detail = { confirmations: confirmedBy.length }
      await appendAudit(tx, { ...event, outcome: 'ok', recordingId, detail })
      return { ...one, confirmedBy }
    })
    if (confirmed instanceof Problem) throw confirmed
    return confirmed
  }
}

/** Pure: the row, or why this person cannot confirm it now. */
function reviewableOf(row: ReviewRow | undefined, actor: Actor): ReviewRow | Problem {
  if (!row || !actor.entities.includes(row.entity)) return new Problem('not_found')
  if (row.confirmedBy.includes(actor.sub)) return new Problem('second_person_required')
  return row.confirmedBy.length >= CONFIRMATIONS ? new Problem('not_open') : row
}

const writeCursor = (row: ReviewRow | undefined): string | null =>
  row ? Buffer.from(`${row.quarantinedAt.toISOString()} ${row.id}`).toString('base64url') : null

function readCursor(cursor: string): { quarantinedAt: Date; id: string } {
  const [instant = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  const quarantinedAt = new Date(instant)
  if (Number.isNaN(quarantinedAt.getTime()) || !isId(id))
    throw new Problem('invalid_request', {
      errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
    })
  return { quarantinedAt, id }
}

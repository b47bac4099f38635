import type { Actor } from '../access/actor.ts'
import { hasLapsed } from '../access/four-eyes.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { type ApprovalRow, listApprovalRows, lockApproval, writeApproval } from './approval-queries.ts'
import { permit } from './permit.ts'

interface ApprovalPorts {
  readonly db: Database
  readonly clock: Clock
}

const MOST_LISTED = 100

/** A question that a sweep put to people, as it stands now. */
export interface Approval {
  readonly row: ApprovalRow
  /** `used`: everything it covers has left use. */
  readonly state: 'open' | 'approved' | 'used' | 'expired'
}

export function approvalAt(row: ApprovalRow, now: Date): Approval {
  if (row.used_count >= row.due_count) return { row, state: 'used' }
  if (hasLapsed(row.asked_at, now)) return { row, state: 'expired' }
  return { row, state: row.second_approver === null ? 'open' : 'approved' }
}

/** Lists what sweeps asked for the entities of the actor, newest first. Throws Problem: `forbidden`. */
export function makeListApprovals({ db, clock }: ApprovalPorts) {
  return async function listApprovals(actor: Actor): Promise<readonly Approval[]> {
    const now = clock.now()
    await permit(db, actor, 'see_decisions', now)
    const rows = await listApprovalRows(db, actor.entities, MOST_LISTED)
    return rows.map((row) => approvalAt(row, now))
  }
}

/**
 * Lets what was stopped go on, once two different people have said so. It covers what was due when the
 * question was put, and no more of it. Throws Problem: `forbidden`, `step_up_required`, `not_found`,
 * `second_person_required` for the same person again, `not_open` when it expired or has both.
 */
export function makeApproveDestruction({ db, clock }: ApprovalPorts) {
  return async function approveDestruction(actor: Actor, id: string): Promise<Approval> {
    const now = clock.now()
    await permit(db, actor, 'approve_destruction', now)
    const event = { type: 'retention.destruction_approved', action: 'U', at: now, actor } as const
    const decided = await db.transaction().execute(async (tx) => {
      const row = isId(id) ? await lockApproval(tx, id) : undefined
      const step = stepOf(row, actor, now)
      if (step instanceof Problem) {
        const outcome = step.code === 'not_open' ? 'error' : 'denied'
        await appendAudit(tx, { ...event, outcome, code: step.code, detail: { approval: row?.id ?? null } })
        return step
      }
      await writeApproval(tx, id, step.which, actor.sub, now)
      const { entity, due_count: due } = step.row
      await appendAudit(tx, {
        ...event,
        outcome: 'ok',
        detail: { approval: id, step: step.which, entity, due },
      })
      return approvalAt((await lockApproval(tx, id)) ?? step.row, now)
    })
    if (decided instanceof Problem) throw decided
    return decided
  }
}

interface Step {
  readonly row: ApprovalRow
  readonly which: 'first' | 'second'
}

/** Pure: which of the two approvals this person's would be, or why it is none. */
function stepOf(row: ApprovalRow | undefined, actor: Actor, now: Date): Step | Problem {
  if (!row || !actor.entities.includes(row.entity)) return new Problem('not_found')
  if (approvalAt(row, now).state !== 'open') return new Problem('not_open')
  if (row.first_approver === null) return { row, which: 'first' }
  return row.first_approver === actor.sub ? new Problem('second_person_required') : { row, which: 'second' }
}

import { isEngaged } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { isFresh } from '../access/step-up.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { Problem } from '../kernel/problem.ts'

export type RetentionAct =
  | 'report_event'
  | 'watch'
  | 'read_overview'
  | 'list_due'
  | 'sweep'
  | 'dry_run'
  | 'see_decisions'
  | 'approve_destruction'
  | 'confirm_destruction'
  | 'read_rules'
  | 'draft_rules'
  | 'approve_rules'
  | 'reject_rules'

const ALLOWED = {
  report_event: ['recorder', 'importer'],
  watch: ['records_manager', 'privacy_officer', 'operator'],
  read_overview: ['records_manager', 'privacy_officer', 'auditor'],
  list_due: ['records_manager', 'privacy_officer', 'operator'],
  sweep: ['records_manager'],
  dry_run: ['records_manager', 'privacy_officer', 'operator'],
  see_decisions: ['records_manager', 'privacy_officer'],
  approve_destruction: ['records_manager', 'privacy_officer'],
  confirm_destruction: ['records_manager', 'privacy_officer'],
  read_rules: ['privacy_officer', 'records_manager', 'auditor'],
  draft_rules: ['privacy_officer'],
  approve_rules: ['privacy_officer'],
  reject_rules: ['privacy_officer'],
} as const satisfies Record<RetentionAct, readonly Actor['roles'][number][]>

/** What destroys, or lets something be destroyed; not what stops it. */
const STEP_UP: readonly RetentionAct[] = [
  'sweep',
  'approve_destruction',
  'confirm_destruction',
  'approve_rules',
]

/** Pure: whether the roles allow the act today. */
export function mayActOnRetention(actor: Actor, act: RetentionAct, now: Date): boolean {
  return isEngaged(actor, now) && hasRole(actor, ...ALLOWED[act])
}

/**
 * Throws Problem('forbidden') unless the actor may, and ('step_up_required') for what destroys when the
 * person has not just logged in; the refusal is on record before it is said.
 */
export async function permit(db: Database, actor: Actor, act: RetentionAct, now: Date): Promise<void> {
  const code = refusalOf(actor, act, now)
  if (!code) return
  await appendAudit(db, {
    type: `retention.${act}`,
    action: 'E',
    outcome: 'denied',
    code,
    at: now,
    actor,
  })
  throw new Problem(code)
}

function refusalOf(actor: Actor, act: RetentionAct, now: Date): 'forbidden' | 'step_up_required' | undefined {
  if (!mayActOnRetention(actor, act, now)) return 'forbidden'
  return STEP_UP.includes(act) && !isFresh(actor, now) ? 'step_up_required' : undefined
}

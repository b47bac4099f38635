import { type Actor, hasRole } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import { Problem } from '../kernel/problem.ts'

export type RetentionAct =
  | 'report_event'
  | 'watch'
  | 'list_due'
  | 'sweep'
  | 'dry_run'
  | 'decide_destruction'
  | 'read_rules'
  | 'draft_rules'
  | 'decide_rules'

const ALLOWED = {
  report_event: ['recorder', 'importer'],
  watch: ['records_manager', 'privacy_officer', 'operator'],
  list_due: ['records_manager', 'privacy_officer', 'operator'],
  sweep: ['records_manager'],
  dry_run: ['records_manager', 'privacy_officer', 'operator'],
  decide_destruction: ['records_manager', 'privacy_officer'],
  read_rules: ['privacy_officer', 'records_manager', 'auditor'],
  draft_rules: ['privacy_officer'],
  decide_rules: ['privacy_officer'],
} as const satisfies Record<RetentionAct, readonly Actor['roles'][number][]>

/** Pure: whether the roles allow the act today. */
export function mayActOnRetention(actor: Actor, act: RetentionAct, now: Date): boolean {
  const engaged = actor.engagedUntil === null || dayOf(now) <= actor.engagedUntil
  return engaged && hasRole(actor, ...ALLOWED[act])
}

/** Throws Problem('forbidden') unless the actor may; the refusal is on record before it is said. */
export async function permit(db: Database, actor: Actor, act: RetentionAct, now: Date): Promise<void> {
  if (mayActOnRetention(actor, act, now)) return
  await appendAudit(db, {
    type: `retention.${act}`,
    action: 'E',
    outcome: 'denied',
    code: 'forbidden',
    at: now,
    actor,
  })
  throw new Problem('forbidden')
}

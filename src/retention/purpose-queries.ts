import { sql } from 'kysely'
import type { Scope } from '../access/policy.ts'
import type { Tx } from '../db/database.ts'
import type { RecordingStatus, TagState } from '../db/schema.ts'
import type { LegalBasis } from '../recordings/model.ts'

/** One purpose of a recording, as far as its changes depend on it. */
export interface HeldPurpose {
  readonly purpose: string
  readonly legalBasis: LegalBasis
  readonly ruleId: string
  readonly ruleVersion: number
  readonly state: TagState
  readonly minUntil: string | null
  readonly retainUntil: string | null
}

/** A recording whose purposes are about to change. */
export interface PurposeSubject {
  readonly id: string
  readonly status: RecordingStatus
  readonly memberRef: string | null
  readonly product: string
  readonly sensitivity: readonly string[]
  readonly links: Readonly<Record<string, string>>
  readonly noticeVersion: string
  readonly callEndedAt: Date
  readonly tags: readonly HeldPurpose[]
}

/** Numbers that events about the recording could be about, without locking it; empty when it is not in scope. */
export async function linksInScope(tx: Tx, id: string, scope: Scope): Promise<Record<string, string>> {
  const row = await tx
    .selectFrom('recording')
    .select('links')
    .where('id', '=', id)
    .where(inScope(scope))
    .executeTakeFirst()
  return row?.links ?? {}
}

/** Locks a recording of the scope that still has bytes. */
export async function lockSubject(tx: Tx, id: string, scope: Scope): Promise<PurposeSubject | undefined> {
  const row = await tx
    .selectFrom('recording')
    .select(['id', 'status', 'member_ref', 'product', 'sensitivity', 'links', 'notice_version'])
    .select(['started_at', 'ended_at'])
    .where('id', '=', id)
    .where(inScope(scope))
    .where('status', 'not in', ['receiving', 'destroying', 'destroyed'])
    .forUpdate()
    .executeTakeFirst()
  const callEndedAt = row?.ended_at ?? row?.started_at
  if (!row || !callEndedAt) return undefined
  const tags = await tx
    .selectFrom('purpose_tag')
    .select(['purpose', 'rule_id as ruleId', 'rule_version as ruleVersion', 'state'])
    .select(['min_until as minUntil', 'retain_until as retainUntil', 'legal_basis'])
    .where('recording_id', '=', id)
    .orderBy('purpose')
    .execute()
  return {
    id: row.id,
    status: row.status,
    memberRef: row.member_ref,
    product: row.product ?? '',
    sensitivity: row.sensitivity,
    links: row.links,
    noticeVersion: row.notice_version ?? '',
    callEndedAt,
    tags: tags.map(({ legal_basis, ...tag }) => ({ ...tag, legalBasis: legal_basis as LegalBasis })),
  }
}

const inScope = ({ memberRef, entities }: Scope) =>
  sql<boolean>`(member_ref = ${memberRef} or entity = any(${entities}))`

export async function setState(
  tx: Tx,
  { id, purpose }: { readonly id: string; readonly purpose: string },
  state: TagState,
): Promise<void> {
  await tx
    .updateTable('purpose_tag')
    .set({ state })
    .where('recording_id', '=', id)
    .where('purpose', '=', purpose)
    .execute()
}

/** Last day of a purpose; null while its trigger is awaited. */
export async function lastDayOf(tx: Tx, id: string, purpose: string): Promise<string | null> {
  const row = await tx
    .selectFrom('purpose_tag')
    .select('retain_until')
    .where('recording_id', '=', id)
    .where('purpose', '=', purpose)
    .executeTakeFirstOrThrow()
  return row.retain_until
}

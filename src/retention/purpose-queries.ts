import { type Selectable, sql } from 'kysely'
import type { Scope } from '../access/policy.ts'
import type { Tx } from '../db/database.ts'
import type { RecordingStatus, RecordingTable, TagState } from '../db/schema.ts'
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
export const lockSubject = async (tx: Tx, id: string, scope: Scope): Promise<PurposeSubject | undefined> =>
  (await lockSubjects(tx, [id], scope)).get(id)

/** Locks those of the recordings that are in scope and still have bytes, in the order of their ids. */
export async function lockSubjects(
  tx: Tx,
  ids: readonly string[],
  scope: Scope,
): Promise<ReadonlyMap<string, PurposeSubject>> {
  const rows = await tx
    .selectFrom('recording')
    .select(['id', 'status', 'member_ref', 'product', 'sensitivity', 'links', 'notice_version'])
    .select(['started_at', 'ended_at'])
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .where(inScope(scope))
    .where('status', 'not in', ['receiving', 'destroying', 'destroyed'])
    .orderBy('id')
    .forUpdate()
    .execute()
  const tags = await tx
    .selectFrom('purpose_tag')
    .select(['recording_id', 'purpose', 'rule_id as ruleId', 'rule_version as ruleVersion', 'state'])
    .select(['min_until as minUntil', 'retain_until as retainUntil', 'legal_basis'])
    .where(sql<boolean>`recording_id = any(${rows.map(({ id }) => id)}::uuid[])`)
    .orderBy('purpose')
    .execute()
  const tagsOf = Map.groupBy(tags, ({ recording_id }) => recording_id)
  return new Map(
    rows.flatMap((row) => {
      const callEndedAt = row.ended_at ?? row.started_at
      return callEndedAt ? [[row.id, subjectOf({ ...row, callEndedAt }, tagsOf.get(row.id) ?? [])]] : []
    }),
  )
}

const subjectOf = (
  row: Pick<Selectable<RecordingTable>, 'id' | 'status' | 'member_ref' | 'product' | 'sensitivity'> &
    Pick<Selectable<RecordingTable>, 'links' | 'notice_version'> & { readonly callEndedAt: Date },
  tags: readonly (Omit<HeldPurpose, 'legalBasis'> & { legal_basis: string; recording_id: string })[],
): PurposeSubject => ({
  id: row.id,
  status: row.status,
  memberRef: row.member_ref,
  product: row.product ?? '',
  sensitivity: row.sensitivity,
  links: row.links,
  noticeVersion: row.notice_version ?? '',
  callEndedAt: row.callEndedAt,
  tags: tags.map(({ legal_basis, recording_id: _, ...tag }) => ({
    ...tag,
    legalBasis: legal_basis as LegalBasis,
  })),
})

const inScope = ({ memberRef, entities }: Scope) =>
  sql<boolean>`(member_ref = ${memberRef} or entity = any(${entities}))`

export interface NewState {
  readonly id: string
  readonly purpose: string
  readonly state: TagState
}

/** Sets the states of purposes, each of its recording, in one statement. */
export async function setStates(tx: Tx, states: readonly NewState[]): Promise<void> {
  const of = <K extends keyof NewState>(key: K) => states.map((one) => one[key])
  await sql`update purpose_tag t set state = n.state
    from unnest(${of('id')}::uuid[], ${of('purpose')}::text[], ${of('state')}::text[]) as n (id, purpose, state)
    where t.recording_id = n.id and t.purpose = n.purpose`.execute(tx)
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

import { type Selectable, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { RuleBookTable } from '../db/retention-schema.ts'
import type { RuleBook, Use } from './rule-book.ts'

export const listBooks = async (connection: Connection): Promise<RuleBook[]> =>
  (await connection.selectFrom('rule_book').selectAll().orderBy('version').execute()).map(bookOfRow)

/** Until the transaction ends nobody else files or decides a book: versions are given out without gaps. */
export async function lockBooks(tx: Tx): Promise<RuleBook[]> {
  await sql`lock table rule_book in share row exclusive mode`.execute(tx)
  return listBooks(tx)
}

export async function insertBook(tx: Tx, book: RuleBook): Promise<void> {
  await tx
    .insertInto('rule_book')
    .values({
      version: book.version,
      document: book.document,
      sha256: book.sha256,
      state: book.state,
      drafted_by: book.draftedBy,
      drafted_at: book.draftedAt,
      approved_by: book.decidedBy,
      approved_at: book.decidedAt,
      effective_from: book.effectiveFrom,
      lengthening_ground: book.lengtheningGround,
      applied_at: book.appliedAt,
    })
    .execute()
}

export interface BookDecision {
  readonly state: 'approved' | 'rejected'
  /** Null when the drafter withdraws the own draft. */
  readonly by: string | null
  readonly at: Date
}

export async function decideBook(tx: Tx, version: number, { state, by, at }: BookDecision): Promise<void> {
  await tx
    .updateTable('rule_book')
    .set({ state, approved_by: by, approved_at: at })
    .where('version', '=', version)
    .execute()
}

/** A draft that waits longer, from another day on. */
export async function fileAgain(
  tx: Tx,
  { version, draftedAt, effectiveFrom }: Pick<RuleBook, 'version' | 'draftedAt' | 'effectiveFrom'>,
): Promise<void> {
  await tx
    .updateTable('rule_book')
    .set({ drafted_at: draftedAt, effective_from: effectiveFrom })
    .where('version', '=', version)
    .execute()
}

export async function markApplied(tx: Tx, version: number, at: Date): Promise<void> {
  await tx.updateTable('rule_book').set({ applied_at: at }).where('version', '=', version).execute()
}

/** What recordings are still kept for: every purpose and product of a tag that counts. */
export const usesOf = (connection: Connection): Promise<Use[]> =>
  connection
    .selectFrom('purpose_tag')
    .select(['purpose', 'product'])
    .distinct()
    .where('state', 'in', ['pending_trigger', 'active', 'suspended'])
    .orderBy('purpose')
    .orderBy('product')
    .execute()

const bookOfRow = (row: Selectable<RuleBookTable>): RuleBook => ({
  version: row.version,
  document: row.document,
  sha256: row.sha256,
  state: row.state,
  draftedBy: row.drafted_by,
  draftedAt: row.drafted_at,
  decidedBy: row.approved_by,
  decidedAt: row.approved_at,
  effectiveFrom: row.effective_from,
  lengtheningGround: row.lengthening_ground,
  appliedAt: row.applied_at,
})

import { type Selectable, sql } from 'kysely'
import { askedSince } from '../access/four-eyes.ts'
import type { Connection, Database, Tx } from '../db/database.ts'
import type { DestructionApprovalTable } from '../db/retention-schema.ts'
import { newId } from '../kernel/ids.ts'
import type { Approved } from './breaker.ts'

export type ApprovalRow = Selectable<DestructionApprovalTable>

/** Approvals in force at a moment, by entity. */
export async function approvedAt(connection: Connection, now: Date): Promise<Map<string, Approved[]>> {
  const rows = await connection
    .selectFrom('destruction_approval')
    .selectAll()
    .where('asked_at', '>', askedSince(now))
    .where('second_approved_at', '<=', now)
    .whereRef('used_count', '<', 'due_count')
    .orderBy('asked_at')
    .execute()
  const approved = new Map<string, Approved[]>()
  for (const [entity, own] of Map.groupBy(rows, (row) => row.entity))
    approved.set(
      entity,
      own.map((row) => ({ id: row.id, before: row.due_before, left: row.due_count - row.used_count })),
    )
  return approved
}

/** The question that is open for an entity, if there is one. */
export async function openQuestion(
  connection: Connection,
  entity: string,
  now: Date,
): Promise<string | undefined> {
  const row = await connection
    .selectFrom('destruction_approval')
    .select('id')
    .where('entity', '=', entity)
    .where('asked_at', '>', askedSince(now))
    .where('second_approver', 'is', null)
    .orderBy('asked_at', 'desc')
    .executeTakeFirst()
  return row?.id
}

/** Asks for an approval unless one has been asked for; `isNew` tells which. */
export async function ask(
  tx: Tx,
  question: Pick<ApprovalRow, 'entity' | 'due_count'>,
  now: Date,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  // Two instances that stop at the same moment ask once; this is rare enough for a table lock.
  await sql`lock table destruction_approval in share row exclusive mode`.execute(tx)
  const asked = await openQuestion(tx, question.entity, now)
  if (asked) return { id: asked, isNew: false }
  const id = newId()
  await tx
    .insertInto('destruction_approval')
    .values({ id, ...question, asked_at: now, due_before: now })
    .execute()
  return { id, isNew: true }
}

/** Counts recordings that left use under an approval. */
export async function spendApproval(tx: Tx, id: string, count: number): Promise<void> {
  await tx
    .updateTable('destruction_approval')
    .set((eb) => ({ used_count: eb('used_count', '+', count) }))
    .where('id', '=', id)
    .execute()
}

/** Newest first. */
export const listApprovalRows = (
  db: Database,
  entities: readonly string[],
  limit: number,
): Promise<ApprovalRow[]> =>
  db
    .selectFrom('destruction_approval')
    .selectAll()
    .where(sql<boolean>`entity = any(${entities})`)
    .orderBy('asked_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()

export const lockApproval = (tx: Tx, id: string): Promise<ApprovalRow | undefined> =>
  tx.selectFrom('destruction_approval').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

export async function writeApproval(
  tx: Tx,
  id: string,
  which: 'first' | 'second',
  approver: string,
  at: Date,
): Promise<void> {
  const set =
    which === 'first'
      ? { first_approver: approver, first_approved_at: at }
      : { second_approver: approver, second_approved_at: at }
  await tx.updateTable('destruction_approval').set(set).where('id', '=', id).execute()
}

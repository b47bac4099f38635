import { sql } from 'kysely'
import type { Database, Tx } from '../db/database.ts'
import type { SweepReport } from './sweep.ts'
import { isLiveAndFree } from './sweep-queries.ts'

export interface DueListRow {
  readonly id: string
  readonly entity: string
  readonly product: string | null
  readonly status: string
  readonly keep_until: string | null
  readonly due_at: Date | null
}

export interface DueFilter {
  readonly before: Date
  readonly entities: readonly string[]
  readonly after: { readonly dueAt: Date; readonly id: string } | undefined
  readonly limit: number
}

/** Recordings that nothing keeps from a moment on, oldest first: what a sweep of that moment takes out of use. */
export const dueBefore = (
  db: Database,
  { before, entities, after, limit }: DueFilter,
): Promise<DueListRow[]> =>
  db
    .selectFrom('recording')
    .select(['id', 'entity', 'product', 'status', 'keep_until', 'due_at'])
    .where(isLiveAndFree)
    .where('due_at', '<', before)
    .where(sql<boolean>`entity = any(${entities})`)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(due_at, id) > (${after?.dueAt}::timestamptz, ${after?.id}::uuid)`),
    )
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()

export interface SweepRun {
  readonly id: string
  readonly requestedBy: string
  readonly startedAt: Date
  readonly finishedAt: Date
  readonly report: SweepReport
}

export async function insertSweepRun(tx: Tx, run: SweepRun): Promise<void> {
  await tx
    .insertInto('sweep_run')
    .values({
      id: run.id,
      requested_by: run.requestedBy,
      started_at: run.startedAt,
      finished_at: run.finishedAt,
      dry_run: run.report.dryRun,
      report: JSON.stringify(run.report),
    })
    .execute()
}

export async function findSweepRun(db: Database, id: string): Promise<SweepRun | undefined> {
  const row = await db.selectFrom('sweep_run').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row?.finished_at) return undefined
  const stored = row.report as Omit<SweepReport, 'at'> & { at: string }
  return {
    id: row.id,
    requestedBy: row.requested_by,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    report: { ...stored, at: new Date(stored.at) },
  }
}

import { sql } from 'kysely'
import type { Connection, Database } from '../db/database.ts'
import { workerIsGone } from '../db/instance.ts'
import type { Progress, SweepReport } from './sweep-report.ts'

/** A run of the sweep, under way or over. */
export interface SweepRun {
  readonly id: string
  /** `sub` of the person, or SCHEDULER. */
  readonly requestedBy: string
  readonly startedAt: Date
  readonly finishedAt: Date | null
  readonly dryRun: boolean
  readonly state: 'running' | 'finished' | 'failed'
  /** Why it failed, as a code; what it did until then is in the report all the same. */
  readonly failure: string | null
  readonly progress: Progress | null
  /** Null while it runs, and of a run that did not get as far as a plan. */
  readonly report: SweepReport | null
}

export const SCHEDULER = 'scheduler'

export type NewRun = Pick<SweepRun, 'id' | 'requestedBy' | 'startedAt' | 'dryRun'>

export async function insertRun(connection: Connection, run: NewRun, worker: number): Promise<void> {
  await connection
    .insertInto('sweep_run')
    .values({
      id: run.id,
      requested_by: run.requestedBy,
      started_at: run.startedAt,
      finished_at: null,
      dry_run: run.dryRun,
      worker,
      report: '{}',
    })
    .execute()
}

export async function writeProgress(connection: Connection, id: string, progress: Progress): Promise<void> {
  await connection
    .updateTable('sweep_run')
    .set({ progress: JSON.stringify(progress) })
    .where('id', '=', id)
    .execute()
}

export interface RunEnd {
  readonly finishedAt: Date
  readonly failure: string | null
  readonly report: SweepReport | null
}

export async function endRun(connection: Connection, id: string, end: RunEnd): Promise<void> {
  await connection
    .updateTable('sweep_run')
    .set({
      finished_at: end.finishedAt,
      failure: end.failure,
      worker: null,
      report: JSON.stringify(end.report ?? {}),
    })
    .where('id', '=', id)
    .execute()
}

/** Said of a run whose process is gone without having ended it. */
const BROKEN_OFF = 'broken_off'

const runs = (db: Database) =>
  db
    .selectFrom('sweep_run')
    .selectAll()
    .select(sql<boolean>`finished_at is null and ${workerIsGone('worker')}`.as('is_broken_off'))

export async function findRun(db: Database, id: string): Promise<SweepRun | undefined> {
  const row = await runs(db).where('id', '=', id).executeTakeFirst()
  return row && runOf(row)
}

/** Newest first. */
export async function listRuns(db: Database, limit: number): Promise<SweepRun[]> {
  const rows = await runs(db).orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(runOf)
}

/** Those of the recordings, destroyed ones too, that belong to the entities. */
export async function recordingsOf(
  db: Database,
  ids: readonly string[],
  entities: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<{ id: string }>`select id from recording
    where id = any(${ids}::uuid[]) and entity = any(${entities})`.execute(db)
  return rows.map(({ id }) => id)
}

type Row = Awaited<ReturnType<ReturnType<typeof runs>['executeTakeFirstOrThrow']>>

function runOf(row: Row): SweepRun {
  const failure = row.is_broken_off ? BROKEN_OFF : row.failure
  const report = row.report as Partial<Omit<SweepReport, 'at'>> & { at?: string }
  return {
    id: row.id,
    requestedBy: row.requested_by,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    dryRun: row.dry_run,
    state: failure ? 'failed' : row.finished_at ? 'finished' : 'running',
    failure,
    progress: 'toEnd' in row.progress ? (row.progress as unknown as Progress) : null,
    report: report.at === undefined ? null : ({ ...report, at: new Date(report.at) } as SweepReport),
  }
}

import type { Actor } from '../access/actor.ts'
import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { permit } from './permit.ts'
import { LISTS, type ListName } from './sweep-report.ts'
import { findRun, listRuns, recordingsOf, type SweepRun } from './sweep-run-queries.ts'

interface FindSweepPorts {
  readonly db: Database
  readonly clock: Clock
}

/**
 * Finds a sweep, under way or over; of its report what is about the entities of the actor. Audited. Throws
 * Problem: `forbidden`, `not_found`.
 */
export function makeFindSweep({ db, clock }: FindSweepPorts) {
  return async function findSweep(actor: Actor, id: string): Promise<SweepRun> {
    const at = clock.now()
    await permit(db, actor, 'dry_run', at)
    const run = isId(id) ? await findRun(db, id) : undefined
    const event = {
      ...readBy(actor, at, 'retention.sweep_viewed'),
      ...(run ? { detail: { sweep: run.id } } : {}),
    }
    if (!run) {
      await appendAudit(db, { ...event, outcome: 'denied', code: 'not_found' })
      throw new Problem('not_found')
    }
    const limited = await limitedTo(db, run, actor.entities)
    await appendAudit(db, event)
    return limited
  }
}

/**
 * Lists the last sweeps, newest first; those of the scheduler as soon as they do something. Audited. Throws
 * Problem: `forbidden`.
 */
export function makeListSweeps({ db, clock }: FindSweepPorts) {
  return async function listSweeps(actor: Actor, limit: number): Promise<readonly SweepRun[]> {
    const at = clock.now()
    await permit(db, actor, 'dry_run', at)
    const runs = await listRuns(db, limit)
    await appendAudit(db, { ...readBy(actor, at, 'retention.sweeps_listed'), detail: { count: runs.length } })
    return runs
  }
}

const readBy = (actor: Actor, at: Date, type: string): AuditEvent => ({
  ...{ type, action: 'R', outcome: 'ok', at, actor },
  requestId: currentRequestId() ?? null,
})

/**
 * The run as people of some entities may see it: the recordings of theirs, and what was stopped of theirs. How
 * many there are in all stays visible, as counts that name nobody.
 */
export async function limitedTo(db: Database, run: SweepRun, entities: readonly string[]): Promise<SweepRun> {
  const { report } = run
  if (!report) return run
  const all = LISTS.flatMap((name) => report[name])
  const own = new Set(await recordingsOf(db, all, entities))
  const lists = Object.fromEntries<readonly string[]>(
    LISTS.map((name) => [name, report[name].filter((id) => own.has(id))]),
  ) as Record<ListName, readonly string[]>
  const stopped = report.stopped.filter(({ entity }) => entities.includes(entity))
  return { ...run, report: { ...report, ...lists, stopped } }
}

import type { Actor } from '../access/actor.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { permit } from './permit.ts'
import { findRun, listRuns, type SweepRun } from './sweep-run-queries.ts'

interface FindSweepPorts {
  readonly db: Database
  readonly clock: Clock
}

/** Finds a sweep, under way or over. Throws Problem: `forbidden`, `not_found`. */
export function makeFindSweep({ db, clock }: FindSweepPorts) {
  return async function findSweep(actor: Actor, id: string): Promise<SweepRun> {
    await permit(db, actor, 'dry_run', clock.now())
    const run = isId(id) ? await findRun(db, id) : undefined
    if (!run) throw new Problem('not_found')
    return run
  }
}

/** Lists the last sweeps, newest first; those of the scheduler as soon as they do something. Throws Problem: `forbidden`. */
export function makeListSweeps({ db, clock }: FindSweepPorts) {
  return async function listSweeps(actor: Actor, limit: number): Promise<readonly SweepRun[]> {
    await permit(db, actor, 'dry_run', clock.now())
    return listRuns(db, limit)
  }
}

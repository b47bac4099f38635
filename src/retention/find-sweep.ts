import type { Actor } from '../access/actor.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { findSweepRun, type SweepRun } from './due-queries.ts'
import { permit } from './permit.ts'

/** Finds the report of a sweep that somebody asked for. Throws Problem: `forbidden`, `not_found`. */
export function makeFindSweep({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  return async function findSweep(actor: Actor, id: string): Promise<SweepRun> {
    await permit(db, actor, 'dry_run', clock.now())
    const run = isId(id) ? await findSweepRun(db, id) : undefined
    if (!run) throw new Problem('not_found')
    return run
  }
}

import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { insertSweepRun, type SweepRun } from './due-queries.ts'
import { permit } from './permit.ts'
import type { Sweep, SweepRequest } from './sweep.ts'

export interface RunSweepPorts {
  readonly db: Database
  readonly clock: Clock
  readonly sweep: Sweep
}

/**
 * Runs a sweep because a person asked for it, or foresees one, and keeps the report. Who asked is on
 * record before anything is destroyed. Throws Problem: `forbidden`, `clock_disagreement`, `invalid_request`.
 */
export function makeRunSweep({ db, clock, sweep }: RunSweepPorts) {
  return async function runSweep(actor: Actor, request: SweepRequest): Promise<SweepRun> {
    const startedAt = clock.now()
    await permit(db, actor, request.dryRun ? 'dry_run' : 'sweep', startedAt)
    const id = newId()
    const event = { action: 'E', outcome: 'ok', actor } as const
    const asked = {
      sweep: id,
      dryRun: request.dryRun,
      ...(request.at ? { at: request.at.toISOString() } : {}),
    }
    await appendAudit(db, { ...event, type: 'retention.sweep_requested', at: startedAt, detail: asked })
    const report = await sweep(request)
    const run = { id, requestedBy: actor.sub, startedAt, finishedAt: clock.now(), report }
    const counts = { quarantined: report.quarantined.length, destroyed: report.destroyed.length }
    await db.transaction().execute(async (tx) => {
      await insertSweepRun(tx, run)
      const detail = { sweep: id, dryRun: request.dryRun, ...counts }
      await appendAudit(tx, { ...event, type: 'retention.sweep_finished', at: run.finishedAt, detail })
    })
    return run
  }
}

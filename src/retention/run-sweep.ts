import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { Logger } from '../telemetry/logger.ts'
import { limitedTo } from './find-sweep.ts'
import { permit } from './permit.ts'
import type { Sweep, SweepRequest } from './sweep.ts'
import { type Counts, countsOf, type Progress, type SweepReport } from './sweep-report.ts'
import {
  endRun,
  findRun,
  insertRun,
  type NewRun,
  SCHEDULER,
  type SweepRun,
  writeProgress,
} from './sweep-run-queries.ts'

export interface RunSweepPorts {
  readonly db: Database
  readonly clock: Clock
  readonly sweep: Sweep
  readonly instance: { readonly id: number }
  readonly logger: Logger
}

/** A run of which a row is kept: from the start, or from when it turns out to have something to do. */
interface Kept extends NewRun {
  readonly actor: Actor | null
}

/** Conducts one run and keeps its progress and report; what it throws is the sweep's. */
type Conduct = (run: Kept, request: SweepRequest, signal: AbortSignal) => Promise<SweepReport>

const STOPPED = 'stopped'

export function makeConduct({ db, clock, sweep, instance, logger }: RunSweepPorts): Conduct {
  return async function conduct(run, request, signal) {
    let latest: SweepReport | null = null
    let isKept = run.actor !== null
    const onProgress = async (progress: Progress, report: SweepReport) => {
      latest = report
      const hasWork = progress.toEnd + progress.toDestroy > 0
      if (!isKept && hasWork) await insertRun(db, run, instance.id)
      isKept ||= hasWork
      if (isKept) await writeProgress(db, run.id, progress)
    }
    const end = async (failure: string | null, report: SweepReport | null) => {
      if (isKept) await finish(db, run, { finishedAt: clock.now(), failure, report })
    }
    try {
      const report = await sweep(request, signal, onProgress)
      await end(signal.aborted ? STOPPED : null, report)
      return report
    } catch (error) {
      const code = error instanceof Problem ? error.code : 'internal'
      // The failure itself matters more to the caller than that it could not be kept.
      await end(code, latest).catch((cause: unknown) =>
        logger.warn('the end of a sweep could not be kept', { sweep: run.id, error: cause }),
      )
      throw error
    }
  }
}

async function finish(
  db: Database,
  { id, actor, dryRun }: Kept,
  end: { finishedAt: Date; failure: string | null; report: SweepReport | null },
): Promise<void> {
  const { quarantined, destroyed } = end.report ?? { quarantined: [], destroyed: [] }
  await db.transaction().execute(async (tx) => {
    await endRun(tx, id, end)
    await appendAudit(tx, {
      type: 'retention.sweep_finished',
      action: 'E',
      outcome: end.failure ? 'error' : 'ok',
      ...(end.failure ? { code: end.failure } : {}),
      at: end.finishedAt,
      actor,
      detail: { sweep: id, dryRun, quarantined: quarantined.length, destroyed: destroyed.length },
    })
  })
}

export interface RunSweep extends AsyncDisposable {
  /**
   * Runs a sweep because a person asked for it, or foresees one. Who asked is on record before
   * anything is destroyed. Answers with the run as it is after `patienceMs`, of its report what is about the
   * entities of the actor; it goes on behind that.
   * Throws Problem: `forbidden`, `step_up_required` (not for a dry run), `clock_disagreement`, `invalid_request`.
   */
  (actor: Actor, request: SweepRequest, patienceMs?: number): Promise<SweepRun>
}

/** How long a caller is kept waiting for the report, in milliseconds. */
const PATIENCE_MS = 10_000

/** Makes the verb; disposing of it ends what still runs after its present step. */
export function makeRunSweep(ports: RunSweepPorts): RunSweep {
  const { db, clock, instance, logger } = ports
  const conduct = makeConduct(ports)
  const stopping = new AbortController()
  const underWay = new Set<Promise<unknown>>()

  async function runSweep(actor: Actor, request: SweepRequest, patienceMs = PATIENCE_MS): Promise<SweepRun> {
    const startedAt = clock.now()
    const { dryRun, at } = request
    await permit(db, actor, dryRun ? 'dry_run' : 'sweep', startedAt)
    if (at && !dryRun)
      throw new Problem('invalid_request', { detail: 'Only a dry run may look at another moment.' })
    const run = { id: newId(), requestedBy: actor.sub, startedAt, dryRun, actor }
    const detail = { sweep: run.id, dryRun, ...(at ? { at: at.toISOString() } : {}) }
    await db.transaction().execute(async (tx) => {
      await insertRun(tx, run, instance.id)
      const event = { type: 'retention.sweep_requested', action: 'E', outcome: 'ok', at: startedAt } as const
      await appendAudit(tx, { ...event, actor, detail })
    })
    const running = conduct(run, request, stopping.signal)
    const settled = running.then(
      () => undefined,
      (error: unknown) => logger.warn('a sweep failed', { sweep: run.id, error }),
    )
    underWay.add(settled)
    void settled.then(() => underWay.delete(settled))
    await within(patienceMs, running)
    const found = await findRun(db, run.id)
    if (!found) throw new TypeError('a sweep that was kept is not there')
    return limitedTo(db, found, actor.entities)
  }

  return Object.assign(runSweep, {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await Promise.all(underWay)
    },
  })
}

/** Waits for work, but no longer than so long; work that failed by then throws. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  try {
    await Promise.race([work, patience])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Makes the scheduler's verb: one run after the other as long as there is more to do and some of it
 * gets done. `onReport` hears of every run.
 */
export function makeSweepRegularly(ports: RunSweepPorts) {
  const conduct = makeConduct(ports)
  return async function sweepRegularly(
    signal: AbortSignal,
    onReport: (counts: Counts) => void,
  ): Promise<void> {
    for (let goesOn = true; goesOn && !signal.aborted; ) {
      const startedAt = ports.clock.now()
      const run = { id: newId(), requestedBy: SCHEDULER, startedAt, dryRun: false, actor: null }
      const report = await conduct(run, { dryRun: false }, signal)
      const counts = countsOf(report)
      onReport(counts)
      goesOn = report.more && counts.quarantined + counts.archived + counts.destroyed > 0
    }
  }
}

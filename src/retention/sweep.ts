import type { Database } from '../db/database.ts'
import { Problem } from '../kernel/problem.ts'
import { DAY } from '../kernel/units.ts'
import type { Purge } from '../recordings/purge.ts'
import { refuseRestored } from './accept-state.ts'
import type { BreakerLimits } from './breaker.ts'
import { type AgreedNow, type ClockPorts, makeAgreedNow } from './clocks.ts'
import { rememberSweep } from './clocks-queries.ts'
import { askAbout, judgeAll, type Permitted } from './sweep-breaker.ts'
import { destroyFinished } from './sweep-destroy.ts'
import { type Plan, planOf, sumOf } from './sweep-plan.ts'
import { takeOutOfUse } from './sweep-quarantine.ts'
import { listDue, waitingSince } from './sweep-queries.ts'
import { countsOf, type ListName, nothingDone, type Progress, type SweepReport } from './sweep-report.ts'
import { type ArchiveTag, verdictOn } from './sweep-verdict.ts'

/** Most recordings that one run takes out of use, and most that it destroys. */
const MAX_PER_RUN = 10_000

export interface SweepPorts extends ClockPorts {
  readonly db: Database
  readonly purge: Purge
  readonly archiveTag: ArchiveTag
  /** When a run stops and asks. */
  readonly breaker: BreakerLimits
  /** Days between the end of use and the destruction; 0 does both in one run. */
  readonly graceDays: number
  /** Smaller runs than usual, for tests. */
  readonly most?: number
}

export interface SweepRequest {
  readonly dryRun: boolean
  /** A dry run may look at another moment; a real run is always now. */
  readonly at?: Date
}

/** Told after every step, first with the plan; waited for. */
export type OnProgress = (progress: Progress, report: SweepReport) => Promise<void>

export type Sweep = (
  request: SweepRequest,
  signal?: AbortSignal,
  onProgress?: OnProgress,
) => Promise<SweepReport>

/**
 * Makes the run that ends what is over: due recordings leave use at once (quarantine, or the archive)
 * and are destroyed when the grace is over, of every entity its share and oldest first. What would end
 * too much of an entity at once stops and asks. Safe to run twice at once and to break off anywhere.
 * Throws Problem: `clock_disagreement`, `restore_unconfirmed`, `invalid_request` for a real run at another moment.
 */
export function makeSweep(ports: SweepPorts): Sweep {
  const agreedNow = makeAgreedNow(ports)
  return async function sweep({ dryRun, at }, signal, onProgress) {
    if (at && !dryRun)
      throw new Problem('invalid_request', { detail: 'Only a dry run may look at another moment.' })
    const now = await agreedNow.atStart(ports.db)
    if (dryRun) return foresee(ports, at ?? now)
    await refuseRestored(ports.db)
    return act(ports, agreedNow, now, { signal, onProgress })
  }
}

/** The same judgement, plan and selection as the real run, without a lock or a change. */
async function foresee(ports: SweepPorts, at: Date): Promise<SweepReport> {
  const { db, purge, graceDays, archiveTag } = ports
  const permitted = await judgeAll(db, at, ports.breaker)
  const { plan, urgent, quarantinedBefore, more } = await planRun(ports, permitted, at)
  const verdicts = (await listDue(db, plan.quarantine)).map((row) => ({
    id: row.id,
    ...verdictOn(row, at, archiveTag),
  }))
  const ids = (kind: ListName) => verdicts.filter((one) => one.kind === kind).map(({ id }) => id)
  const quarantined = ids('quarantined')
  const limit = urgent + sumOf(plan.destroy)
  const waiting = await purge.list({ quarantinedBefore, now: at, limit, shares: plan.destroy })
  return {
    ...nothingDone(true, at),
    quarantined,
    archived: ids('archived'),
    corrected: ids('corrected'),
    destroyed: graceDays === 0 ? [...waiting, ...quarantined] : waiting,
    stopped: permitted.stopped,
    more,
  }
}

async function planRun(ports: SweepPorts, { allowed }: Permitted, at: Date) {
  const { db, purge, graceDays, most = MAX_PER_RUN } = ports
  const quarantinedBefore = new Date(at.getTime() - graceDays * DAY)
  const urgent = (await purge.list({ quarantinedBefore, now: at, limit: most, shares: [] })).length
  const waiting = await waitingSince(db, quarantinedBefore)
  const plan = planOf({ most, graceDays, allowed, urgent, waiting })
  const more =
    urgent + sumOf(waiting) > urgent + sumOf(plan.destroy) || sumOf(allowed) > sumOf(plan.quarantine)
  return { plan, urgent, quarantinedBefore, more }
}

interface Attendance {
  readonly signal: AbortSignal | undefined
  readonly onProgress: OnProgress | undefined
}

async function act(
  ports: SweepPorts,
  agreedNow: AgreedNow,
  now: Date,
  { signal, onProgress }: Attendance,
): Promise<SweepReport> {
  await rememberSweep(ports.db, now)
  const permitted = await askAbout(ports, await judgeAll(ports.db, now, ports.breaker), now)
  const { plan, urgent, more } = await planRun(ports, permitted, now)
  let report: SweepReport = { ...nothingDone(false, now), stopped: permitted.stopped, more }
  const extent = extentOf(plan, urgent, ports.graceDays)
  const tell = async () => onProgress?.({ ...extent, ...countsOf(report) }, report)
  const add = async (lists: Partial<Record<ListName, readonly string[]>>) => {
    for (const [name, ids] of Object.entries(lists) as [ListName, readonly string[]][])
      report = { ...report, [name]: [...report[name], ...ids] }
    await tell()
  }
  await tell()
  const run = { ...ports, agreedNow, now, signal, add }
  const ended = await takeOutOfUse(run, plan.quarantine, permitted.approved)
  await destroyFinished(run, { shares: plan.destroy, urgent, ended })
  return report
}

const extentOf = (plan: Plan, urgent: number, graceDays: number) => {
  const toEnd = sumOf(plan.quarantine)
  return { toEnd, toDestroy: urgent + sumOf(plan.destroy) + (graceDays === 0 ? toEnd : 0) }
}

/** One run under way, as its steps see it. */
export interface Run extends SweepPorts {
  readonly agreedNow: AgreedNow
  /** The moment for which the run decides what is over. */
  readonly now: Date
  readonly signal: AbortSignal | undefined
  /** Adds what was done to the report. */
  readonly add: (lists: Partial<Record<ListName, readonly string[]>>) => Promise<void>
}

export type { SweepReport } from './sweep-report.ts'

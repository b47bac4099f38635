import type { AudioWorkKind } from '../db/audio-schema.ts'
import type { Database } from '../db/database.ts'
import type { Instance } from '../db/instance.ts'
import type { Clock } from '../kernel/clock.ts'
import { MINUTE, SECOND } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import { isOutage } from './audio-outage.ts'
import type { AudioTasks, TaskResult } from './audio-task.ts'
import {
  type ClaimedWork,
  claimWork,
  nameOfWork,
  parkWork,
  postponeWork,
  queueNeverDecoded,
  removeWork,
} from './audio-work-queries.ts'

/** `postponed`: a part of the service was away, or stops. */
export type WorkOutcome = 'done' | 'parked' | 'failed' | 'postponed'

export interface WorkPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly instance: Pick<Instance, 'id' | 'isRegistered'>
  /** What can be done here; without a decoder there is less, and the rest waits. */
  readonly tasks: Partial<AudioTasks>
  /** Told how each piece of work ended. */
  readonly report?: (kind: AudioWorkKind, outcome: WorkOutcome, seconds: number) => void
}

/**
 * Works until nothing is due. `stopping` ends it after what is under way; `deadline` ends that too, and gives
 * it back so that somebody else goes on with it.
 */
export type WorkOnAudio = (stopping: AbortSignal, deadline: AbortSignal) => Promise<void>

/** Decoders take a processor each; there must be something left for those who listen. */
const WIDTH = 2
/** After each failure, until the last. */
const PAUSES_MS = [5 * SECOND, MINUTE]
const OUTAGE_PAUSE_MS = MINUTE
/** A queue takes whoever works longer for dead. */
const MOST_MS = 5 * MINUTE
/** Old recordings are queued a few at a time, when nothing else waits, so that new ones never wait for them. */
const OLD_ONES = 20
/** Parked with this, work has failed in a way that might pass, but has not. */
export const FAILED_REPEATEDLY = 'failed_repeatedly'

export function makeWorkOnAudio(ports: WorkPorts): WorkOnAudio {
  const inFlight = new Set<string>()
  const kinds = Object.keys(ports.tasks) as AudioWorkKind[]
  const backlog = ports.tasks.playback ? makeBacklog(ports) : async () => false

  async function claimNext(deadline: AbortSignal): Promise<ClaimedWork | undefined> {
    // A process that the database does not see would be taken for dead, and its claims for free.
    if (deadline.aborted || !ports.instance.isRegistered()) return undefined
    const who = { instance: ports.instance.id, inFlight: [...inFlight] }
    const [work] = await claimWork(ports.db, { kinds, ...who, now: ports.clock.now(), limit: 1 })
    if (work) inFlight.add(nameOfWork(work))
    return work
  }

  let claims: Promise<unknown> = Promise.resolve()
  /** One after the other: a claim that does not know of ours yet would take it for one that was given up. */
  function claimOne(deadline: AbortSignal): Promise<ClaimedWork | undefined> {
    const claim = claims.then(() => claimNext(deadline))
    claims = claim.catch(() => undefined)
    return claim
  }

  /** False when there is nothing to do now, or nothing that could be done. */
  async function workOnce(deadline: AbortSignal): Promise<boolean> {
    const work = await claimOne(deadline)
    if (!work) return backlog()
    try {
      // Whatever else waits would meet the same outage.
      return (await workOn(ports, work, deadline)) !== 'postponed'
    } finally {
      inFlight.delete(nameOfWork(work))
    }
  }

  let lanes = 0
  async function workAlong(stopping: AbortSignal, deadline: AbortSignal): Promise<void> {
    const until = performance.now() + MOST_MS
    lanes += 1
    try {
      while (!stopping.aborted && performance.now() < until) if (!(await workOnce(deadline))) return
    } finally {
      lanes -= 1
    }
  }

  return async (stopping, deadline) => {
    const length = WIDTH - lanes
    const ended = await Promise.allSettled(Array.from({ length }, () => workAlong(stopping, deadline)))
    const broken = ended.find((one) => one.status === 'rejected')
    if (broken) throw broken.reason
  }
}

/** Queues what was never decoded, once per start: recordings of the time before, or of a time without a decoder. */
function makeBacklog({ db, clock, logger }: WorkPorts): () => Promise<boolean> {
  let last: string | undefined = '00000000-0000-0000-0000-000000000000'
  let total = 0
  let looking: Promise<boolean> | undefined

  async function queueSome(): Promise<boolean> {
    while (last !== undefined) {
      const page = await queueNeverDecoded(db, last, { now: clock.now(), limit: OLD_ONES })
      last = page?.last
      total += page?.queued ?? 0
      if (page && page.queued > 0) return true
    }
    if (total > 0) logger.info('every older recording has been queued to be decoded', { count: total })
    total = 0
    return false
  }

  // Side by side they would look at the same ones.
  return () => {
    looking ??= queueSome().finally(() => {
      looking = undefined
    })
    return looking
  }
}

async function workOn(ports: WorkPorts, work: ClaimedWork, deadline: AbortSignal): Promise<WorkOutcome> {
  const started = performance.now()
  const outcome = await attempt(ports, work, deadline)
  ports.report?.(work.kind, outcome, (performance.now() - started) / SECOND)
  return outcome
}

async function attempt(ports: WorkPorts, work: ClaimedWork, deadline: AbortSignal): Promise<WorkOutcome> {
  const task = ports.tasks[work.kind]
  let result: TaskResult
  try {
    if (!task) throw new TypeError(`nobody can do ${work.kind} here`)
    result = await task(work.recordingId, deadline)
  } catch (error) {
    return await giveBack(ports, work, error, deadline)
  }
  if (result !== 'done') return await park(ports, work, result.park)
  await removeWork(ports.db, work)
  return 'done'
}

async function giveBack(
  ports: WorkPorts,
  work: ClaimedWork,
  error: unknown,
  deadline: AbortSignal,
): Promise<WorkOutcome> {
  const { db, clock, logger } = ports
  const { recordingId, kind, attempts } = work
  const after = (ms: number) => new Date(clock.now().getTime() + ms)
  if (deadline.aborted) {
    await postponeWork(db, work, { attempts, runAt: clock.now() })
    return 'postponed'
  }
  logger.warn('work on audio failed', { recordingId, kind, attempts, error })
  if (isOutage(error)) {
    await postponeWork(db, work, { attempts, runAt: after(OUTAGE_PAUSE_MS) })
    return 'postponed'
  }
  const pause = PAUSES_MS[attempts]
  if (pause === undefined) return await park(ports, work, FAILED_REPEATEDLY)
  await postponeWork(db, work, { attempts: attempts + 1, runAt: after(pause) })
  return 'failed'
}

async function park({ db, logger }: WorkPorts, work: ClaimedWork, reason: string): Promise<WorkOutcome> {
  const { recordingId, kind } = work
  await db.transaction().execute((tx) => parkWork(tx, work, reason))
  if (reason === FAILED_REPEATEDLY)
    logger.error('work on audio is given up', { alarm: 'audio_work_parked', recordingId, kind })
  return 'parked'
}

import { setTimeout as sleep } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import { SECOND } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Background work that runs every so often on one instance at a time; it must be safe to run twice. */
export interface Job {
  readonly name: string
  readonly everyMs: number
  /** Work that is shared out in smaller pieces: every instance may be at it at the same time. */
  readonly everywhere?: boolean
  /** The first signal asks to begin nothing more, the second to leave at once what was begun. */
  readonly run: (stopping: AbortSignal, deadline: AbortSignal) => Promise<unknown>
}

export interface Jobs {
  /** Takes no new work and waits for what runs, at most this long; then that is told to leave what it has. */
  stop(timeoutMs: number): Promise<void>
}

export interface JobPorts {
  readonly databaseUrl: string
  readonly logger: Logger
  readonly onFailure: (job: string) => void
}

/**
 * A worker that was killed leaves its job active, and nobody else may run that job then. Without a
 * heartbeat this lasts as long as a job may take at most: a quarter of an hour. Ten is the least allowed.
 */
const HEARTBEAT_SECONDS = 10
const MONITOR_SECONDS = 5

const RETRY_MS = 2 * SECOND
/** What is told to leave its work still gives it back, so that others need not wait to find it. */
const LEAVING_MS = 2 * SECOND

/**
 * Ticks and work are apart: every instance's timer only enqueues, and the queue keeps one waiting
 * job per name and interval however many instances tick; whichever instance fetches it does the work.
 * A queue whose jobs run everywhere also gives one out while others are at work.
 * A database that is away while the queue starts is tried again: it must not end the service.
 */
export function startJobs(jobs: readonly Job[], ports: JobPorts): Jobs {
  const stopping = new AbortController()
  const started = startPatiently()

  async function startPatiently(): Promise<Jobs | undefined> {
    while (!stopping.signal.aborted) {
      try {
        return await startQueue(jobs, ports)
      } catch (error) {
        ports.logger.warn('the job queue did not start; trying again', { error })
        await sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
    return undefined
  }

  return {
    async stop(timeoutMs) {
      stopping.abort()
      await (await started)?.stop(timeoutMs)
    },
  }
}

/** What runs, and how it is told to end. */
class Running {
  readonly stopping = new AbortController()
  readonly deadline = new AbortController()
  readonly #runs = new Set<Promise<void>>()

  async track(run: Promise<void>): Promise<void> {
    this.#runs.add(run)
    await run.finally(() => this.#runs.delete(run))
  }

  async leave(): Promise<void> {
    this.deadline.abort(new Error('the service stops'))
    await Promise.race([Promise.allSettled(this.#runs), sleep(LEAVING_MS, undefined, { ref: false })])
  }
}

async function startQueue(jobs: readonly Job[], ports: JobPorts): Promise<Jobs> {
  const boss = openQueue(ports)
  const running = new Running()
  const timers: NodeJS.Timeout[] = []
  const stop = async (timeout: number): Promise<void> => {
    for (const timer of timers) clearInterval(timer)
    running.stopping.abort()
    await boss.stop({ graceful: true, timeout, close: true })
    await running.leave()
  }
  try {
    await boss.start()
    for (const job of jobs) timers.push(await runRegularly(boss, job, running, ports))
  } catch (error) {
    await stop(0).catch(() => undefined)
    throw error
  }
  return { stop }
}

function openQueue(ports: JobPorts): PgBoss {
  const boss = new PgBoss({
    connectionString: ports.databaseUrl,
    max: 2,
    application_name: 'listenback jobs',
    monitorIntervalSeconds: MONITOR_SECONDS,
    superviseIntervalSeconds: MONITOR_SECONDS,
  })
  boss.on('error', (error) => ports.logger.warn('job queue', { error }))
  return boss
}

async function runRegularly(
  boss: PgBoss,
  job: Job,
  running: Running,
  ports: JobPorts,
): Promise<NodeJS.Timeout> {
  await boss.createQueue(job.name, {
    policy: job.everywhere ? 'short' : 'stately',
    retryLimit: 0,
    deleteAfterSeconds: 3600,
    heartbeatSeconds: HEARTBEAT_SECONDS,
  })
  await boss.work(job.name, { pollingIntervalSeconds: 1 }, () => running.track(runJob(job, running, ports)))
  const tick = (): void => {
    boss
      .send(job.name, {}, { singletonSeconds: Math.max(1, Math.floor(job.everyMs / SECOND)) })
      .catch((error: unknown) => ports.logger.warn('job not enqueued', { job: job.name, error }))
  }
  tick()
  return setInterval(tick, job.everyMs)
}

async function runJob(job: Job, running: Running, { logger, onFailure }: JobPorts): Promise<void> {
  const { stopping, deadline } = running
  try {
    await job.run(stopping.signal, deadline.signal)
  } catch (error) {
    if (stopping.signal.aborted) return
    onFailure(job.name)
    logger.error('job failed', { job: job.name, error })
  }
}

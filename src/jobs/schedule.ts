import { PgBoss } from 'pg-boss'
import { SECOND } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Background work that runs every so often on one instance at a time; it must be safe to run twice. */
export interface Job {
  readonly name: string
  readonly everyMs: number
  readonly run: (signal: AbortSignal) => Promise<unknown>
}

export interface Jobs {
  /** Takes no new work and waits for what runs, at most this long. */
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

/**
 * Ticks and work are apart: every instance's timer only enqueues, and the queue keeps one waiting
 * job per name and interval however many instances tick; whichever instance fetches it does the work.
 */
export async function startJobs(jobs: readonly Job[], ports: JobPorts): Promise<Jobs> {
  const abort = new AbortController()
  const boss = new PgBoss({
    connectionString: ports.databaseUrl,
    max: 2,
    application_name: 'listenback jobs',
    monitorIntervalSeconds: MONITOR_SECONDS,
    superviseIntervalSeconds: MONITOR_SECONDS,
  })
  boss.on('error', (error) => ports.logger.warn('job queue', { error }))
  await boss.start()
  const timers: NodeJS.Timeout[] = []
  for (const job of jobs) {
    await boss.createQueue(job.name, {
      policy: 'stately',
      retryLimit: 0,
      deleteAfterSeconds: 3600,
      heartbeatSeconds: HEARTBEAT_SECONDS,
    })
    await boss.work(job.name, { pollingIntervalSeconds: 1 }, async () => {
      await runJob(job, abort.signal, ports)
    })
    const tick = () => {
      boss
        .send(job.name, {}, { singletonSeconds: Math.max(1, Math.floor(job.everyMs / SECOND)) })
        .catch((error: unknown) => ports.logger.warn('job not enqueued', { job: job.name, error }))
    }
    tick()
    timers.push(setInterval(tick, job.everyMs))
  }
  return {
    async stop(timeoutMs) {
      for (const timer of timers) clearInterval(timer)
      abort.abort()
      await boss.stop({ graceful: true, timeout: timeoutMs, close: true })
    },
  }
}

async function runJob(job: Job, signal: AbortSignal, { logger, onFailure }: JobPorts): Promise<void> {
  try {
    await job.run(signal)
  } catch (error) {
    if (signal.aborted) return
    onFailure(job.name)
    logger.error('job failed', { job: job.name, error })
  }
}

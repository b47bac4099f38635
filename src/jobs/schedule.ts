import { setTimeout as sleep } from 'node:timers/promises'
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

const RETRY_MS = 2 * SECOND

/**
 * Ticks and work are apart: every instance's timer only enqueues, and the queue keeps one waiting
 * job per name and interval however many instances tick; whichever instance fetches it does the work.
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

async function startQueue(jobs: readonly Job[], ports: JobPorts): Promise<Jobs> {
  const boss = openQueue(ports)
  const abort = new AbortController()
  const timers: NodeJS.Timeout[] = []
  const stop = async (timeout: number): Promise<void> => {
    for (const timer of timers) clearInterval(timer)
    abort.abort()
    await boss.stop({ graceful: true, timeout, close: true })
  }
  try {
    await boss.start()
    for (const job of jobs) timers.push(await runRegularly(boss, job, abort.signal, ports))
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
  signal: AbortSignal,
  ports: JobPorts,
): Promise<NodeJS.Timeout> {
  await boss.createQueue(job.name, {
    policy: 'stately',
    retryLimit: 0,
    deleteAfterSeconds: 3600,
    heartbeatSeconds: HEARTBEAT_SECONDS,
  })
  await boss.work(job.name, { pollingIntervalSeconds: 1 }, () => runJob(job, signal, ports))
  const tick = (): void => {
    boss
      .send(job.name, {}, { singletonSeconds: Math.max(1, Math.floor(job.everyMs / SECOND)) })
      .catch((error: unknown) => ports.logger.warn('job not enqueued', { job: job.name, error }))
  }
  tick()
  return setInterval(tick, job.everyMs)
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

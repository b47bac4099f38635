import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE, SECOND } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import { otherClaimants } from './claim-data-dir.ts'
import { type ClusterPaths, clusterMajor, clusterPaths, createCluster, DATABASE, isAlive } from './cluster.ts'
import { chooseBinaries, findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { choosePort, spawnServer, startFailure } from './postgres-server.ts'
import { answers, isPostmasterAlive, livePostmaster, readPidFile } from './postmaster.ts'
import { unprivilegedUser } from './unprivileged.ts'

export interface EmbeddedPostgres {
  readonly url: string
  /** True when the server was already running: its Listenback was killed, or another one is running. */
  readonly adopted: boolean
  readonly binaries: Pick<PostgresBinaries, 'source' | 'major'> | null
  /** Fast shutdown: durable and complete. Does nothing while another Listenback uses this data directory. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  readonly dataDir: string
  readonly logger: Logger
  /** What to choose from; by default everything found on this machine. */
  readonly findBinaries?: (scratchDir: string) => Promise<PostgresBinaries[]>
}

const START_DEADLINE = 5 * MINUTE
const STOP_DEADLINE = 30 * SECOND
const MAX_FAILED_STARTS = 3
const POLL = 50
const WATCH_INTERVAL = 2 * SECOND

/** One private PostgreSQL, as the functions below pass it around. */
interface Cluster {
  readonly paths: ClusterPaths
  readonly urlAt: (port: number) => string
  readonly logger: Logger
  findBinaries(): Promise<PostgresBinaries[]>
}

type Running = Pick<EmbeddedPostgres, 'url' | 'adopted' | 'binaries'>

/**
 * Starts (at the first time: creates) the private PostgreSQL in `<dataDir>/postgres`, or adopts the one that
 * is still running there because its Listenback was killed. Until `stop()` it is started again, under the same
 * address, whenever it ends. Throws an Error that says what to do when no fitting PostgreSQL is installed or
 * the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(options)
  const running = await bringUp(cluster)
  const watch = keepRunning(cluster)
  return {
    ...running,
    async stop() {
      await watch.end()
      await stopServer(cluster)
    },
  }
}

async function openCluster(options: EmbeddedPostgresOptions): Promise<Cluster> {
  const { logger, findBinaries = findPostgresBinaries } = options
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const paths = clusterPaths(join(dataDir, 'postgres'))
  const candidates = () => findBinaries(`${paths.home}-libraries`)
  if ((await clusterMajor(paths)) === null) {
    const { source, major, ...rest } = chooseBinaries(await candidates(), null)
    logger.info('creating the embedded database', { source, major })
    await createCluster(paths.home, { source, major, ...rest }, await unprivilegedUser())
  }
  const password = await readFile(paths.password, 'utf8')
  const urlAt = (port: number) => `postgresql://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`
  return { paths, urlAt, logger, findBinaries: candidates }
}

async function bringUp(cluster: Cluster): Promise<Running> {
  const until = AbortSignal.timeout(START_DEADLINE)
  for (let failed = 0; failed < MAX_FAILED_STARTS; ) {
    const running = await adoptOrStart(cluster, until)
    if (running) return running
    // Either another start was faster, which the next round adopts, or the server cannot start.
    if (!(await isPostmasterAlive(cluster.paths))) failed += 1
    await sleep(POLL)
  }
  throw await startFailure(cluster.paths)
}

/** Null when it has to be looked at again: another server is on its way up or down, or ours ended at once. */
async function adoptOrStart(cluster: Cluster, until: AbortSignal): Promise<Running | null> {
  const { paths, urlAt } = cluster
  const live = await livePostmaster(paths, urlAt)
  if (live) return { url: live.url, adopted: true, binaries: null }
  if (!(await isPostmasterAlive(paths))) return startServer(cluster, until)
  if (until.aborted) throw notReady(paths)
  return null
}

const notReady = (paths: ClusterPaths): Error =>
  new Error(`PostgreSQL in ${paths.home} does not become ready; see ${paths.log}`)

/** Null when the server ended instead of becoming ready. */
async function startServer(cluster: Cluster, until: AbortSignal): Promise<Running | null> {
  const { paths, urlAt, logger } = cluster
  const binaries = chooseBinaries(await cluster.findBinaries(), await clusterMajor(paths))
  const port = await choosePort(paths)
  const child = await spawnServer(paths, binaries, port)
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  const url = urlAt(port)
  while (!ended) {
    if (await answers(url)) {
      child.unref()
      logger.info('embedded database ready', { source: binaries.source, major: binaries.major })
      return { url, adopted: false, binaries }
    }
    if (until.aborted) throw notReady(paths)
    await sleep(POLL)
  }
  return null
}

/** Nobody else looks after this server: when it is killed or runs out of memory, it is started again. */
function keepRunning(cluster: Cluster): { end(): Promise<void> } {
  let current: Promise<void> | undefined
  const timer = setInterval(() => {
    current ??= look().finally(() => {
      current = undefined
    })
  }, WATCH_INTERVAL)
  // Keeping watch is no reason to keep the process alive.
  timer.unref()

  async function look(): Promise<void> {
    if (await isPostmasterAlive(cluster.paths)) return
    cluster.logger.error('the embedded database ended by itself; starting it again')
    await bringUp(cluster).catch((error: unknown) => {
      cluster.logger.error('the embedded database does not start; trying again', { error })
    })
  }

  return {
    async end() {
      clearInterval(timer)
      await current
    },
  }
}

async function stopServer({ paths, urlAt }: Cluster): Promise<void> {
  const server = await livePostmaster(paths, urlAt)
  if (!server || (await otherClaimants(server.url))) return
  process.kill(server.pid, 'SIGINT')
  const until = AbortSignal.timeout(STOP_DEADLINE)
  while ((await readPidFile(paths))?.pid === server.pid && isAlive(server.pid)) {
    if (until.aborted) throw new Error(`PostgreSQL (process ${server.pid}) did not stop; see ${paths.log}`)
    await sleep(POLL)
  }
  // Without its pid file the server is done with the data. Its process follows within milliseconds, but as a
  // child that nobody waits for (we may be process 1 of a container) its number would stay for ever.
  const gone = AbortSignal.timeout(2 * SECOND)
  while (isAlive(server.pid) && !gone.aborted) await sleep(POLL / 10)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE, SECOND } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import { otherClaimants } from './claim-data-dir.ts'
import {
  type ClusterPaths,
  clusterMajor,
  clusterPaths,
  createCluster,
  DATABASE,
  isAlive,
  reachable,
} from './cluster.ts'
import {
  chooseBinaries,
  findPostgresBinaries,
  libraryEnv,
  type PostgresBinaries,
} from './postgres-binaries.ts'
import { answers, isPostmasterStarting, livePostmaster, type Postmaster, readPidFile } from './postmaster.ts'
import { launchAs, type OsUser, unprivilegedUser } from './unprivileged.ts'

export interface EmbeddedPostgres {
  readonly url: string
  readonly pid: number
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

/** Durable, small, loopback only; personal data never reaches the server's own log. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '120',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/**
 * Starts (at the first time: creates) the private PostgreSQL in `<dataDir>/postgres`, or adopts the one that
 * is still running there because its Listenback was killed. Throws an Error that says what to do when no
 * fitting PostgreSQL is installed or the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const paths = clusterPaths(join(dataDir, 'postgres'))
  if ((await clusterMajor(paths)) === null) await createFresh(paths, options)

  const password = await readFile(paths.password, 'utf8')
  const urlAt = (port: number) => `postgresql://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`
  const until = AbortSignal.timeout(START_DEADLINE)
  for (let failed = 0; failed < MAX_FAILED_STARTS; ) {
    const running = await adoptOrStart(paths, urlAt, options, until)
    if (running) return running
    // Either another start was faster, which the next round adopts, or the server cannot start.
    if (!(await isPostmasterStarting(paths))) failed += 1
    await sleep(POLL)
  }
  throw await startFailure(paths)
}

/** Null when it has to be looked at again: another server is on its way up or down, or ours ended at once. */
async function adoptOrStart(
  paths: ClusterPaths,
  urlAt: (port: number) => string,
  options: EmbeddedPostgresOptions,
  until: AbortSignal,
): Promise<EmbeddedPostgres | null> {
  const live = await livePostmaster(paths, urlAt)
  if (live) return describe(paths, live, { adopted: true, binaries: null })
  if (!(await isPostmasterStarting(paths))) return startServer(paths, urlAt, options, until)
  if (until.aborted) throw notReady(paths)
  return null
}

const notReady = (paths: ClusterPaths): Error =>
  new Error(`PostgreSQL in ${paths.home} does not become ready; see ${paths.log}`)

async function createFresh(paths: ClusterPaths, options: EmbeddedPostgresOptions): Promise<void> {
  const binaries = chooseBinaries(await candidates(paths, options), null)
  options.logger.info('creating the embedded database', { source: binaries.source, major: binaries.major })
  await createCluster(paths.home, binaries, await unprivilegedUser())
}

const candidates = (paths: ClusterPaths, { findBinaries = findPostgresBinaries }: EmbeddedPostgresOptions) =>
  findBinaries(`${paths.home}-libraries`)

/** Null when the server ended instead of becoming ready. */
async function startServer(
  paths: ClusterPaths,
  urlAt: (port: number) => string,
  options: EmbeddedPostgresOptions,
  until: AbortSignal,
): Promise<EmbeddedPostgres | null> {
  const binaries = chooseBinaries(await candidates(paths, options), await clusterMajor(paths))
  const user = await clusterOwner(paths)
  const port = await freePort()
  const child = await spawnServer(paths, binaries, user, port)
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  const url = urlAt(port)
  while (!ended) {
    if (await answers(url)) {
      child.unref()
      const pid = child.pid as number
      options.logger.info('embedded database ready', { source: binaries.source, major: binaries.major })
      return describe(paths, { pid, url }, { adopted: false, binaries })
    }
    if (until.aborted) throw notReady(paths)
    await sleep(POLL)
  }
  return null
}

async function spawnServer(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  user: OsUser | null,
  port: number,
): Promise<ChildProcess> {
  const settings = Object.entries({ ...SETTINGS, port: String(port) })
  const args = ['-D', paths.data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const launch = await launchAs(
    user,
    join(binaries.binDir, 'postgres'),
    args,
    reachable(binaries, paths.data),
  )
  // One earlier log is kept for whoever asks why the last start failed.
  await rename(paths.log, `${paths.log}.previous`).catch(() => {})
  const log = await open(paths.log, 'a', 0o600)
  try {
    const child = spawn(launch.command, launch.args, {
      ...launch.identity,
      cwd: '/',
      env: libraryEnv(binaries.libraryDirs),
      // A session of its own: Ctrl-C in the terminal reaches us, and we stop the server after our own drain.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    await once(child, 'spawn')
    return child
  } finally {
    await log.close()
  }
}

/** The server runs as whoever owns its files. Root may have been handed a copy, and then gives it away again. */
async function clusterOwner(paths: ClusterPaths): Promise<OsUser | null> {
  const { uid, gid } = await stat(paths.data)
  const self = process.getuid?.()
  if (self === undefined || uid === self) {
    if (self === 0)
      throw new Error(`${paths.data} belongs to root; give it to an ordinary user with chown -R`)
    return null
  }
  if (self !== 0) {
    throw new Error(
      `${paths.data} belongs to user ${uid}: start Listenback as that user or as root, or set another DATA_DIR`,
    )
  }
  return { name: String(uid), uid, gid }
}

function describe(
  paths: ClusterPaths,
  server: Postmaster,
  origin: Pick<EmbeddedPostgres, 'adopted' | 'binaries'>,
): EmbeddedPostgres {
  return { ...server, ...origin, stop: () => stopServer(paths, server) }
}

async function stopServer(paths: ClusterPaths, server: Postmaster): Promise<void> {
  if ((await readPidFile(paths))?.pid !== server.pid) return
  if (await otherClaimants(server.url)) return
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

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free loopback port')
  return address.port
}

async function startFailure(paths: ClusterPaths): Promise<Error> {
  const log = await readFile(paths.log, 'utf8').catch(() => '')
  const tail = log.trim().split('\n').slice(-6).join('\n')
  return new Error(`PostgreSQL in ${paths.home} does not start:\n${tail}`)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type ClusterPaths, reachable } from './cluster.ts'
import { libraryEnv, type PostgresBinaries } from './postgres-binaries.ts'
import { launchAs, type OsUser } from './unprivileged.ts'

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

/** Spawns the server; it may still end at once, for the reason in its log. */
export async function spawnServer(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  port: number,
): Promise<ChildProcess> {
  const user = await clusterOwner(paths)
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

/** The server runs as whoever owns its files: only root can be somebody else. */
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

/**
 * The port of this cluster: the same at every start as long as it is free, so that whoever starts the server
 * again after a crash starts it where everybody looks for it.
 */
export async function choosePort(paths: ClusterPaths): Promise<number> {
  const path = join(paths.home, 'port')
  const before = Number(await readFile(path, 'utf8').catch(() => '0'))
  const kept = before > 0 ? await tryPort(before) : null
  if (kept !== null) return kept
  const fresh = await tryPort(0)
  if (fresh === null) throw new Error('no free loopback port')
  await writeFile(path, `${fresh}\n`, { mode: 0o600 })
  return fresh
}

async function tryPort(port: number): Promise<number | null> {
  const server = createServer()
  const listening = once(server, 'listening')
  server.listen(port, '127.0.0.1')
  try {
    await listening
  } catch {
    // In use; what uses it does not matter, another one will do.
    return null
  }
  const address = server.address()
  server.close()
  await once(server, 'close')
  return address === null || typeof address === 'string' ? null : address.port
}

export async function startFailure(paths: ClusterPaths): Promise<Error> {
  const log = await readFile(paths.log, 'utf8').catch(() => '')
  const tail = log.trim().split('\n').slice(-6).join('\n')
  return new Error(`PostgreSQL in ${paths.home} does not start:\n${tail}`)
}

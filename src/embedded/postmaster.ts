import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { SECOND } from '../kernel/units.ts'
import { type ClusterPaths, isAlive } from './cluster.ts'

export interface Postmaster {
  readonly pid: number
  readonly url: string
}

/** The running server, proven by our password: only this cluster knows it. */
export async function livePostmaster(
  paths: ClusterPaths,
  urlAt: (port: number) => string,
): Promise<Postmaster | null> {
  const found = await readPidFile(paths)
  if (!found || !isAlive(found.pid)) return null
  const url = urlAt(found.port)
  return (await answers(url)) ? { pid: found.pid, url } : null
}

/** postmaster.pid: line 1 process, line 4 port, line 8 status. */
export async function readPidFile(
  paths: ClusterPaths,
): Promise<{ pid: number; port: number; status: string } | null> {
  const text = await readFile(join(paths.data, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number(lines[0])
  const port = Number(lines[3])
  return pid > 0 && port > 0 ? { pid, port, status: (lines[7] ?? '').trim() } : null
}

/** Whether a server is alive here, ready or not; a stale file of a dead one does not count. */
export async function isPostmasterAlive(paths: ClusterPaths): Promise<boolean> {
  const found = await readPidFile(paths)
  return found !== null && isAlive(found.pid) && (await isPostgresProcess(found.pid))
}

/**
 * After a restart of the machine the number in a stale file may belong to any program, and as process 1 of a
 * container we may have dead children that nobody waits for (state Z). See proc_pid_stat(5).
 */
async function isPostgresProcess(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (line === null) return process.platform !== 'linux'
  return /^\d+ \(postgres.*\) [^ZX]/.test(line)
}

export async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5 * SECOND })
  // The outcome of connect() is the answer; a later error of the same socket adds nothing.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

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

/** A server that is alive but not (or no longer) ready; a stale file of a dead one does not count. */
export async function isPostmasterStarting(paths: ClusterPaths): Promise<boolean> {
  const found = await readPidFile(paths)
  return found !== null && isAlive(found.pid) && (await isPostgresProcess(found.pid))
}

/** After a restart of the machine the number in a stale file may belong to any program. */
async function isPostgresProcess(pid: number): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => null)
  return name === null ? process.platform !== 'linux' : name.startsWith('postgres')
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

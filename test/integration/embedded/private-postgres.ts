import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../../src/embedded/postgres.ts'
import { findSystemPostgres } from '../../../src/embedded/postgres-binaries.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'

const PROGRAM = new URL('./embedded-process.ts', import.meta.url).pathname
const logger = createLogger('error')

/** A directory of the test's own, removed after it. */
export function directory(parent = tmpdir()): string {
  const path = mkdtempSync(join(parent, 'listenback-embedded-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export type Find = NonNullable<EmbeddedPostgresOptions['findBinaries']>

/** A server in this process, stopped after the test. */
export async function start(
  dataDir: string,
  findBinaries: Find = findSystemPostgres,
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, logger, findBinaries })
  onTestFinished(() => server.stop())
  return server
}

export async function query(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  let rows: Record<string, unknown>[] = []
  for (const statement of statements) rows = (await client.query(statement)).rows
  await client.end()
  return rows
}

export interface Facts {
  readonly url: string
  readonly adopted: boolean
  readonly error?: string
}

/** A service of its own in another process, killed after the test at the latest. */
export function service(dataDir: string, identity: { uid?: number; gid?: number } = {}) {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, dataDir], {
    ...identity,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const facts = once(lines, 'line').then(([line]) => JSON.parse(line) as Facts)
  return {
    child,
    facts,
    async end() {
      child.stdin?.end()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

export const pidOf = (dataDir: string) =>
  Number(readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0])

export const alive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

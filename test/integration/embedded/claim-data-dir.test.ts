import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { claimDataDir, DataDirInUse } from '../../../src/embedded/claim-data-dir.ts'
import { alive, directory, type Facts, pidOf, query, service, start } from './private-postgres.ts'

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
    const { url } = facts[1 - refused] as Facts
    const pid = pidOf(dataDir)
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
    const { url } = await owner.facts
    const pid = pidOf(dataDir)
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

import { text } from 'node:stream/consumers'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../../src/audit/checkpoint.ts'
import { isConsistent, isIncluded } from '../../../src/audit/merkle.ts'
import { lastCheckpoint } from '../../../src/audit/seal-queries.ts'
import { treeOf } from '../../../src/audit/tree.ts'
import { consistencyProof, inclusionProof } from '../../../src/audit/tree-proofs.ts'
import { MINUTE } from '../../../src/kernel/units.ts'
import { type LogStage, setLogStage } from './log-stage.ts'

let log: LogStage
beforeAll(async () => {
  log = await setLogStage()
})
afterAll(() => log.close())

const countUp = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('sealing', () => {
  it('begins with what was written before there was sealing', async () => {
    await log.add(700)
    await log.tamper('update audit_event set xid = null')
    await sql`update audit_seal_state set legacy_done = false`.execute(log.db)
    await log.add(3)
    expect(await log.seal()).toBe(703)
    expect(await log.seqs()).toEqual(countUp(703))
    expect(await log.verify()).toEqual({ events: 703, withoutPayload: 0, dropped: 0, checkpoints: 1 })
  })

  it('goes on without gaps, and finds nothing when there is nothing', async () => {
    expect(await log.seal()).toBe(0)
    for (const count of [1, 2, 0, 55]) {
      await log.add(count)
      expect(await log.seal()).toBe(count)
    }
    expect(await log.seqs()).toEqual(countUp(761))
    expect((await log.verify()).events).toBe(761)
  })

  it('waits for a transaction that is still running, and misses nothing of it', async () => {
    const slow = new pg.Client({ connectionString: log.databaseUrl })
    await slow.connect()
    await slow.query('begin')
    await slow.query(`insert into audit_event (id, occurred_at, type, action, outcome)
      values (gen_random_uuid(), now(), 'test.slow', 'C', 'ok')`)
    await log.add(2)
    expect(await log.seal()).toBe(0)
    await slow.query('commit')
    await slow.end()
    expect(await log.seal()).toBe(3)
    expect((await log.verify()).events).toBe(764)
  })

  it('is done by one of several at a time, each event once', async () => {
    const before = (await log.seqs()).length
    const sealers = countUp(4).map(() => log.sealer())
    const written = new AbortController()
    const running = sealers.map(async (seal) => {
      while (!written.signal.aborted) await seal()
    })
    for (let n = 0; n < 20; n++) await log.add(25)
    written.abort()
    await Promise.all(running)
    await log.seal()
    expect(await log.seqs()).toEqual(countUp(before + 500))
    expect((await log.verify()).events).toBe(before + 500)
  })

  it.each(['audit_seal', 'audit_node', 'audit_seal_state', 'audit_checkpoint', 'signing_key'])(
    'that dies when it writes to %s leaves nothing half done',
    async (table) => {
      const before = (await log.seqs()).length
      const note = (await lastCheckpoint(log.db))?.note
      await log.add(300)
      await sql
        .raw(`create function dies() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
          create trigger dies before insert or update on ${table} for each statement execute function dies()`)
        .execute(log.db)
      await expect(log.seal()).rejects.toThrow('killed')
      await sql.raw('drop function dies cascade').execute(log.db)
      expect((await log.seqs()).length).toBe(before)
      expect((await lastCheckpoint(log.db))?.note).toBe(note)
      expect(await log.seal()).toBe(300)
      expect(await log.seqs()).toEqual(countUp(before + 300))
      expect((await log.verify()).events).toBe(before + 300)
    },
  )

  it('goes on after the database was restored and counts its transactions anew', async () => {
    await sql`update audit_seal_state set sealed_before = '999999999999'`.execute(log.db)
    const before = (await log.seqs()).length
    await log.add(5)
    expect(await log.seal()).toBe(5)
    await log.add(1)
    expect(await log.seal()).toBe(1)
    expect(await log.seqs()).toEqual(countUp(before + 6))
  })
})

describe('checkpoints', () => {
  async function published(): Promise<string[]> {
    const notes: string[] = []
    for await (const page of log.store.listVersions('audit/log.test_audit/2026-11/'))
      for (const { key, bytes } of page)
        notes.push(
          await text(await log.store.open(key, { offset: 0, length: bytes }, new AbortController().signal)),
        )
    return notes
  }

  it('are put into the store once a minute, outside the recordings', async () => {
    const before = (await published()).length
    log.clock.advance(MINUTE)
    await log.add(1)
    await log.seal()
    await log.add(1)
    await log.seal()
    log.clock.advance(MINUTE)
    await log.seal()
    await log.seal()
    const notes = await published()
    expect(notes.length).toBe(before + 2)
    const last = openCheckpoint(notes.at(-1) ?? '', log.key)
    expect(last).toEqual(await log.checkpoint())
  })

  it('that the store did not take are put there later', async () => {
    log.clock.advance(MINUTE)
    await log.add(1)
    const { store } = log
    const broken = {
      put: () => Promise.reject(new Error('the store is away')),
      listVersions: (prefix: string) => store.listVersions(prefix),
      open: store.open.bind(store),
    }
    await expect(log.sealer({ store: broken })()).rejects.toThrow('away')
    const before = (await published()).length
    await log.seal()
    expect((await published()).length).toBe(before + 1)
  })

  it('prove that an event is in the log, and that it only grew', async () => {
    const older = await log.checkpoint()
    await log.add(400)
    await log.seal()
    const newer = await log.checkpoint()
    const read = treeOf(log.db)
    const proof = await consistencyProof(read, older.size, newer.size)
    expect(isConsistent(older, newer, proof)).toBe(true)
    for (const index of [0, 1, 255, 256, 700, newer.size - 1]) {
      const { leaf } = await log.db
        .selectFrom('audit_seal')
        .select('leaf')
        .where('seq', '=', index)
        .executeTakeFirstOrThrow()
      const path = await inclusionProof(read, index, newer.size)
      expect(isIncluded({ leaf, index, size: newer.size, root: newer.root }, path)).toBe(true)
    }
  })

  it('stop the sealing of a database that is older than what was published, or another one', async () => {
    log.clock.advance(MINUTE)
    await log.add(10)
    await log.seal()
    await log.tamper(
      "update audit_seal set leaf = sha256('x') where seq = (select max(seq) - 1 from audit_seal)",
    )
    await log.add(1)
    await expect(log.seal()).rejects.toThrow('not the one of which')
    await log.tamper('delete from audit_seal where seq > 100; update audit_seal_state set size = 100')
    await expect(log.seal()).rejects.toThrow('and the database only 100')
  })
})

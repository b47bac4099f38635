import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Checkpoint, verifierKey } from '../../../src/audit/checkpoint.ts'
import { makeEraseGone } from '../../../src/audit/erase-gone.ts'
import { erasePayloads, makeExpireAudit } from '../../../src/audit/expire.ts'
import { awaitErasure } from '../../../src/audit/expire-queries.ts'
import { lastCheckpoint } from '../../../src/audit/seal-queries.ts'
import { DAY, HOUR } from '../../../src/kernel/units.ts'
import { type LogStage, setLogStage } from './log-stage.ts'

const run = promisify(execFile)
const never = new AbortController().signal

let log: LogStage
let lines: string[]
/** What an auditor kept at 100, 200 and 300 events. */
let kept: Checkpoint[]
beforeAll(async () => {
  log = await setLogStage()
  kept = []
  for (let n = 0; n < 3; n++) {
    await log.add(99)
    await log.add(1, {
      detail: { text: 'a "quoted" },"payload": ü\u2028', deep: { event: [1, { salt: null }] } },
    })
    await log.seal()
    kept.push(await log.checkpoint())
  }
  lines = await log.exportLines()
})
afterAll(() => log.close())

const at = (line: number) => expect.objectContaining({ name: 'BrokenExportError', line })
const changed = (index: number, change: (line: string) => string) =>
  lines.map((line, i) => (i === index ? change(line) : line))

describe('an export', () => {
  it('agrees with every checkpoint that was kept', async () => {
    expect(await log.verify(lines, kept)).toEqual({
      ...{ events: 300, withoutPayload: 0, dropped: 0, checkpoints: 3 },
    })
  })

  it('with any single character changed fails at that line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(299),
        fc.nat(),
        fc.constantFrom('0', 'z', '"', ' ', '}'),
        async (index, where, to) => {
          const line = lines[index] ?? ''
          const place = where % line.length
          if (line[place] === to) return
          const edited = changed(index, () => line.slice(0, place) + to + line.slice(place + 1))
          await expect(log.verify(edited, kept)).rejects.toEqual(at(index + 1))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('with a line gone, twice, added or in another place fails there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(298), fc.nat(298), async (one, other) => {
        const without = lines.filter((_, i) => i !== one)
        await expect(log.verify(without, kept)).rejects.toEqual(at(one + 1))
        await expect(log.verify(lines.toSpliced(one, 0, lines[other] ?? ''), kept)).rejects.toEqual(
          at(one === other ? one + 2 : one + 1),
        )
        if (one === other) return
        const [first, second] = [Math.min(one, other), Math.max(one, other)]
        const swapped = lines.with(first, lines[second] ?? '').with(second, lines[first] ?? '')
        await expect(log.verify(swapped, kept)).rejects.toEqual(at(first + 1))
      }),
      { numRuns: 60 },
    )
  })

  it('without its head or its tail fails, also where only the last events are gone', async () => {
    await expect(log.verify(lines.slice(1), kept)).rejects.toEqual(at(1))
    await expect(log.verify(lines.slice(0, -1), kept)).rejects.toEqual(at(300))
    await expect(log.verify(lines.slice(0, 200), kept)).rejects.toThrow('ends after 200 events')
    await expect(log.verify([], kept)).rejects.toThrow()
  })

  it('that goes beyond its checkpoints fails where they end', async () => {
    await expect(log.verify(lines, kept.slice(0, 2))).rejects.toEqual(at(201))
  })

  it('of a log that was forked fails, whose own checkpoint contradicts the one that was kept', async () => {
    const other = await setLogStage()
    try {
      await other.add(300)
      await other.seal()
      const forked = await other.exportLines()
      await expect(log.verify(forked, kept)).rejects.toEqual(at(1))
      // A history that is the same up to a kept checkpoint fails after it.
      const mixed = [...lines.slice(0, 100), ...forked.slice(100)]
      await expect(log.verify(mixed, kept)).rejects.toEqual(at(101))
      const contradiction = { ...(kept[2] as Checkpoint), root: (kept[1] as Checkpoint).root }
      await expect(log.verify(lines, [...kept, contradiction])).rejects.toThrow('forked')
    } finally {
      await other.close()
    }
  })

  it('shows an event that somebody edited, or deleted, behind the back of the triggers', async () => {
    await log.tamper(`update audit_event set outcome = 'denied'
      where id = (select event_id from audit_seal where seq = 41)`)
    await expect(log.verify(undefined, kept)).rejects.toEqual(at(42))
    await log.tamper(`update audit_event set outcome = 'ok'
      where id = (select event_id from audit_seal where seq = 41)`)
    await log.tamper(`update audit_event set actor_sub = 'somebody else'
      where id = (select event_id from audit_seal where seq = 41)`)
    await expect(log.verify(undefined, kept)).rejects.toThrow('line 42: the payload of event 41')
    await log.tamper(`update audit_event set actor_sub = 'someone'
      where id = (select event_id from audit_seal where seq = 41)`)
    expect((await log.verify(undefined, kept)).events).toBe(300)
  })

  it('leaves out who acted on recordings of other entities, and is proven all the same', async () => {
    const partial = await log.exportLines(['hmbs'])
    expect(await log.verify(partial, kept)).toMatchObject({ events: 300, withoutPayload: 300 })
    expect(partial.join('')).not.toContain('someone')
  })
})

describe('T37: the lawful end of audit data', () => {
  it('leaves the proofs: a payload is erased, the log verifies, and one edited line fails at that line', async () => {
    const [{ event_id: id } = { event_id: '' }] = await log.db
      .selectFrom('audit_seal')
      .select('event_id')
      .where('seq', '=', 7)
      .execute()
    const by = { actor: { sub: 'officer', roles: ['privacy_officer'] }, at: log.clock.now() }
    expect(await log.db.transaction().execute((tx) => erasePayloads(tx, [id], by))).toBe(1)
    const erased = await log.db
      .selectFrom('audit_event')
      .select(['actor_sub', 'case_ref', 'detail'])
      .where('id', '=', id)
      .execute()
    expect(erased).toEqual([{ actor_sub: null, case_ref: null, detail: {} }])
    await log.seal()
    const after = await log.exportLines()
    expect(await log.verify(after, [...kept, await log.checkpoint()])).toMatchObject({ withoutPayload: 1 })
    const edited = after.with(7, (after[7] ?? '').replace('"outcome":"ok"', '"outcome":"no"'))
    await expect(log.verify(edited, [...kept, await log.checkpoint()])).rejects.toEqual(at(8))
  })

  it('leaves nobody who listened to a call of their own that is gone, and everybody who did so for their work', async () => {
    const gone = randomUUID()
    await sql`insert into recording (id, entity, status, received_at)
      values (${gone}, 'hmbs', 'destroyed', ${log.clock.now()})`.execute(log.db)
    const by = (sub: string, ...roles: string[]) => ({ recordingId: gone, actor: { sub, roles } })
    await log.add(2, by('noor', 'member'))
    await log.add(1, by('cleo', 'coach'))
    await log.add(1, by('dirk', 'coach', 'member'))
    await log.add(1, { actor: { sub: 'sam', roles: ['member'] } })
    await log.seal()
    const eraseGone = makeEraseGone(log.ports)
    const actors = async () => {
      const events = log.db.selectFrom('audit_event').select('actor_sub').where('recording_id', '=', gone)
      return (await events.execute()).flatMap(({ actor_sub }) => actor_sub ?? []).toSorted()
    }
    await log.db.transaction().execute((tx) => awaitErasure(tx, [gone], log.clock.now()))
    // What a stream that ran on wrote last is not sealed yet.
    await log.add(1, by('noor', 'member'))
    expect(await eraseGone(never)).toBe(0)
    log.clock.advance(HOUR + 1)
    expect(await eraseGone(never)).toBe(1)
    expect(await actors()).toEqual(['cleo', 'dirk', 'noor'])
    await log.seal()
    log.clock.advance(HOUR + 1)
    expect(await eraseGone(never)).toBe(1)
    expect(await actors()).toEqual(['cleo', 'dirk'])
    log.clock.advance(HOUR + 1)
    expect(await eraseGone(never)).toBe(0)
    await log.seal()
    const others = log.db.selectFrom('audit_event').select('id').where('actor_sub', '=', 'sam')
    expect(await others.execute()).toHaveLength(1)
    const left = log.db.selectFrom('audit_seal').select('seq').where('actor_sub', '=', 'noor')
    expect(await left.execute()).toEqual([])
    expect((await log.verify(undefined, [...kept, await log.checkpoint()])).withoutPayload).toBe(4)
  })

  it('drops a segment whose time is over, the log verifies, and one edited line fails at that line', async () => {
    const old = await setLogStage()
    try {
      await old.add(600, { at: new Date('2019-05-01T10:00:00Z') })
      await old.add(100)
      await old.seal()
      const before = await old.checkpoint()
      const expire = makeExpireAudit(old.ports, 5)
      expect(await expire()).toBe(512)
      expect(await expire()).toBe(0)
      old.clock.advance(DAY)
      await old.add(50)
      await old.seal()
      const after = await old.exportLines()
      const checkpoints = [before, await old.checkpoint()]
      // The 88 old ones of the last block, 100, the note of the drop, and 50.
      expect(await old.verify(after, checkpoints)).toEqual({
        ...{ events: 239, withoutPayload: 0, dropped: 512, checkpoints: 2 },
      })
      const edited = after.with(5, (after[5] ?? '').replace('test.happened', 'test.hidden'))
      await expect(old.verify(edited, checkpoints)).rejects.toEqual(at(6))
      await expect(old.verify(after.slice(1), checkpoints)).rejects.toEqual(at(1))
      const forged = (after[0] ?? '').replace(/"subtrees":\["./, '"subtrees":["A')
      await expect(old.verify(after.with(0, forged), checkpoints)).rejects.toEqual(at(1))
    } finally {
      await old.close()
    }
  })

  it('is the only change there is: nothing younger goes, and nothing goes without its digest', async () => {
    const refused = 'only be appended'
    await expect(log.pool.query('update audit_seal set seq = seq + 1')).rejects.toThrow(refused)
    await expect(log.pool.query('delete from audit_seal')).rejects.toThrow(refused)
    await expect(log.pool.query('truncate audit_seal')).rejects.toThrow(refused)
    await expect(log.pool.query('select audit_drop(256)')).rejects.toThrow('digest')
    const insert = 'insert into audit_segment values (0, 256, $1, $2, now())'
    await log.pool.query(insert, [[], ''])
    await expect(log.pool.query('select audit_drop(256)')).rejects.toThrow(refused)
    const young = "set local listenback.audit_change = 'erase'; update audit_event set type = 'x'"
    await expect(log.pool.query(`begin; ${young}; commit`)).rejects.toThrow(refused)
  })
})

describe('listenback verify-audit', () => {
  it('needs the export, checkpoints and the key alone, and names the line', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lb-verify-audit-'))
    try {
      const other = await setLogStage()
      await other.add(40)
      await other.seal()
      const exported = await other.exportLines()
      const path = (name: string) => join(directory, name)
      await writeFile(path('checkpoint'), (await lastCheckpoint(other.db))?.note ?? '')
      await writeFile(path('keys.json'), JSON.stringify({ keys: [other.signer.publicJwk] }))
      await writeFile(path('vkey'), `${verifierKey(other.origin, other.signer.publicJwk)}\n`)
      await writeFile(path('good.jsonl'), `${exported.join('\n')}\n`)
      await writeFile(
        path('bad.jsonl'),
        exported.with(9, (exported[9] ?? '').replace('C-1', 'C-2')).join('\n'),
      )
      await other.close()
      const verify = (file: string, key: string) =>
        run(process.execPath, [
          ...['src/main.ts', 'verify-audit', path(file), '--checkpoint', path('checkpoint')],
          ...['--key', path(key)],
        ])
      for (const key of ['keys.json', 'vkey'])
        expect((await verify('good.jsonl', key)).stdout).toContain('40 events are what was sealed')
      await expect(verify('bad.jsonl', 'vkey')).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('line 10: the payload of event 9'),
      })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })
})

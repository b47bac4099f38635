import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../../src/audit/append.ts'
import { makeAuditTrail } from '../../../src/audit/trail.ts'
import { type OpenDatabase, openDatabase } from '../../../src/db/database.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'

let database: TestDatabase
let opened: OpenDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  opened = openDatabase(database.url, 2, { lockTimeoutMs: 200, queryTimeoutMs: 1000 })
})
afterAll(async () => {
  await opened.close()
  await database.drop()
})

const event = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
  type: 'test.happened',
  action: 'R',
  outcome: 'ok',
  at: new Date('2026-11-22T11:00:00.123Z'),
  actor: { sub: 'someone', roles: ['member', 'agent'] },
  recordingId: randomUUID(),
  ...changes,
})
const nothingIsLost = (_event: AuditEvent, error: unknown): void => {
  throw error
}
const rowsOf = async (type: string) => {
  const { rows } = await opened.pool.query('select * from audit_event where type = $1 order by id', [type])
  return rows as Record<string, unknown>[]
}

/** Holds the table so that no insert can happen, until released. */
async function lockTable(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('begin; lock table audit_event in access exclusive mode')
  return async () => {
    await client.query('rollback')
    await client.end()
  }
}

describe('the audit trail', () => {
  it('has written the event with all its fields when append resolves', async () => {
    const trail = makeAuditTrail(opened.pool, nothingIsLost)
    const recordingId = randomUUID()
    await trail.append(
      event({
        type: 'test.fields',
        recordingId,
        purpose: 'fraud_prevention',
        caseRef: 'C-"1"',
        code: 'complete',
        detail: { sent: 12, text: 'a\u2028b' },
      }),
    )
    expect(await rowsOf('test.fields')).toMatchObject([
      {
        occurred_at: new Date('2026-11-22T11:00:00.123Z'),
        action: 'R',
        outcome: 'ok',
        code: 'complete',
        actor_sub: 'someone',
        actor_roles: ['member', 'agent'],
        recording_id: recordingId,
        playback_id: null,
        purpose: 'fraud_prevention',
        case_ref: 'C-"1"',
        detail: { sent: 12, text: 'a\u2028b' },
      },
    ])
  })

  it('writes a thousand events of one moment in a few commits, each exactly once', async () => {
    const trail = makeAuditTrail(opened.pool, nothingIsLost)
    await Promise.all(
      Array.from({ length: 1000 }, (_, n) => trail.append(event({ type: 'test.many', detail: { n } }))),
    )
    const numbers = (await rowsOf('test.many')).map(({ detail }) => (detail as { n: number }).n)
    expect(numbers.length).toBe(1000)
    expect(new Set(numbers).size).toBe(1000)
    const { rows: transactions } = await opened.pool.query(
      "select count(distinct xmin::text)::int as n from audit_event where type = 'test.many'",
    )
    expect(transactions[0].n).toBeLessThan(20)
  })

  it('rejects when the event cannot be written, and works again afterwards', async () => {
    const trail = makeAuditTrail(opened.pool, nothingIsLost)
    const release = await lockTable()
    await expect(trail.append(event())).rejects.toThrow()
    await release()
    await trail.append(event())
  })

  it('retries what has already happened, and drain waits for it', async () => {
    const trail = makeAuditTrail(opened.pool, nothingIsLost)
    const release = await lockTable()
    trail.appendLater(event({ type: 'test.later' }))
    setTimeout(() => void release(), 500)
    await trail.drain()
    expect(await rowsOf('test.later')).toHaveLength(1)
  })

  it('reports an event it could not write in the end', async () => {
    const lost: AuditEvent[] = []
    const trail = makeAuditTrail(opened.pool, (gone) => lost.push(gone))
    trail.appendLater(event({ type: 'test.lost', recordingId: 'not a uuid' }))
    await trail.drain()
    expect(lost.map(({ type }) => type)).toEqual(['test.lost'])
  }, 20_000)

  it('can only grow', async () => {
    await expect(opened.pool.query("update audit_event set outcome = 'error'")).rejects.toThrow(
      'only be appended',
    )
    await expect(opened.pool.query('delete from audit_event')).rejects.toThrow('only be appended')
    await expect(opened.pool.query('truncate audit_event')).rejects.toThrow('only be appended')
  })
})

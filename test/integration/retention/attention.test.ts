import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { makeRaiseAlarms } from '../../../src/retention/attention.ts'
import { AttentionSchema } from '../../../src/retention/attention-routes.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { persons } from '../../support/tokens.ts'
import { type EventsService, startEventsService } from './events-service.ts'

let app: EventsService

beforeAll(async () => {
  app = await startEventsService()
})

afterAll(async () => {
  await app.close()
})

async function attention(claims = persons.recordsManager()): Promise<z.output<typeof AttentionSchema>> {
  const { body } = await app.send<unknown>('GET', '/v1/retention/attention', claims)
  return AttentionSchema.parse(body)
}

const recorded = async (changes = {}) => (await app.record(changes)).id

test('events that stay away, reviews that are past, and what is overdue or restricted are listed', async () => {
  const waiting = await recorded({ product: 'home', purposes: ['contract_performance'] })
  const [locked, restricted, late, stuck] = [
    await recorded(),
    await recorded(),
    await recorded(),
    await recorded(),
  ]
  const { db } = app
  await sql`update purpose_tag set open_until = '2020-01-01' where recording_id = ${waiting}`.execute(db)
  const hold = randomUUID()
  await sql`insert into hold (id, type, matter_ref, entity, scope, future_matching, reason, placed_by, placed_at, review_by)
    values (${hold}, 'claim', 'matter-1', 'hmbs', '{}', false, 'r', 'records-1', now(), '2021-01-01')`.execute(
    db,
  )
  await sql`insert into request_lock (recording_id, request_ref, placed_by, placed_at, review_by)
    values (${locked}, 'request-1', 'privacy-1', now(), '2022-01-01')`.execute(db)
  await sql`update recording set lock_count = 1 where id = ${locked}`.execute(db)
  await sql`update recording set restricted = true, due_at = '2023-01-01' where id = ${restricted}`.execute(
    db,
  )
  await sql`update recording set due_at = '2024-01-01' where id = ${late}`.execute(db)
  await sql`update recording set status = 'quarantined', quarantined_at = '2025-01-01' where id = ${stuck}`.execute(
    db,
  )

  await sql`insert into integrity_finding (recording_id, rendition, kind, found_at, seen_at)
    values (${locked}, 'original', 'missing', '2024-12-31T23:30:00Z', now())`.execute(db)

  const found = await attention()
  expect(found).toMatchObject({
    openTriggers: {
      count: 1,
      items: [{ id: waiting, since: '2020-01-01', purpose: 'contract_performance' }],
    },
    holdsPastReview: { count: 1, items: [{ id: hold, since: '2021-01-01' }] },
    locksPastReview: { count: 1, items: [{ id: locked, since: '2022-01-01' }] },
    restrictedOverdue: { count: 1, items: [{ id: restricted }] },
    overdue: { count: 2 },
    damaged: { count: 1, items: [{ id: locked, since: '2025-01-01' }] },
  })
  expect(found.overdue.items.map(({ id }) => id)).toEqual([late, stuck])
  const text = JSON.stringify(found)
  for (const value of ['matter-1', 'request-1', 'M-1']) expect(text).not.toContain(value)
})

test('T9, T48: each concern raises an alarm and a number, as long as it lasts', async () => {
  const counts = new Map<string, number>()
  const alarms: unknown[] = []
  const logger = createLogger('error')
  logger.silent = true
  logger.error = ((_message: string, { alarm }: { alarm: string }) => {
    alarms.push(alarm)
    return logger
  }) as typeof logger.error
  const raise = makeRaiseAlarms({
    ...{ db: app.db, clock: { now: () => new Date() }, graceDays: 7, logger },
    report: (concern, count) => counts.set(concern, count),
  })
  await raise()
  expect(alarms).toContain('restricted_overdue')
  expect(counts.get('overdue')).toBe(2)
  await sql`update recording set restricted = false, due_at = null, status = 'available'`.execute(app.db)
  alarms.length = 0
  await raise()
  expect(alarms).not.toContain('restricted_overdue')
  expect(counts.get('overdue')).toBe(0)
})

test('of other companies nothing is shown, and others than those who act see nothing at all', async () => {
  const elsewhere = await attention(persons.privacyOfficer({ entity: ['hmbs-advies'] }))
  expect(Object.values(elsewhere).every(({ count }) => count === 0)).toBe(true)
  for (const claims of [persons.member('M-1'), persons.agent(), persons.coach(), persons.recorder()])
    expect((await app.send('GET', '/v1/retention/attention', claims)).status).toBe(403)
})

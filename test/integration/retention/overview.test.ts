import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { dayOf } from '../../../src/kernel/calendar.ts'
import { DAY } from '../../../src/kernel/units.ts'
import { OperationsSchema } from '../../../src/retention/operations-routes.ts'
import { addUpMovements } from '../../../src/retention/overview-queries.ts'
import { OverviewSchema, TrendsSchema } from '../../../src/retention/overview-routes.ts'
import { callMetadata, deliver } from '../../support/deliver.ts'
import { persons } from '../../support/tokens.ts'
import { AUDIO, type EventsService, startEventsService, TODAY } from './events-service.ts'

let app: EventsService

beforeAll(async () => {
  app = await startEventsService()
})

afterAll(async () => {
  await app.close()
})

const BOTH = ['hmbs', 'hmbs-advies']

async function overview(claims = persons.privacyOfficer({ entity: BOTH })) {
  return OverviewSchema.parse((await app.send<unknown>('GET', '/v1/overview', claims)).body)
}

async function trends(
  claims = persons.privacyOfficer({ entity: BOTH }),
): Promise<z.output<typeof TrendsSchema>> {
  return TrendsSchema.parse((await app.send<unknown>('GET', '/v1/overview/trends', claims)).body)
}

const recorded = async (changes = {}) => (await app.record(changes)).id
const set = (id: string, what: ReturnType<typeof sql>) =>
  sql`update recording set ${what} where id = ${id}`.execute(app.db)

test('every number counts what it says, for each company and together', async () => {
  const ids: string[] = []
  for (let count = 0; count < 7; count++) ids.push(await recorded())
  const [due = '', week = '', held = '', restricted = '', ended = '', broken = '', parked = ''] = ids
  const metadata = callMetadata({ entity: 'hmbs-advies', memberRef: null })
  const token = app.service.issuer.token(persons.importer({ entity: BOTH }))
  const { baseUrl } = app.service
  expect((await deliver({ baseUrl, token, metadata, audio: AUDIO })).status).toBe(201)
  await set(due, sql`due_at = now() - interval '1 hour'`)
  await set(week, sql`due_at = now() + interval '6 days'`)
  await set(restricted, sql`restricted = true, due_at = '2023-01-01'`)
  await set(ended, sql`status = 'quarantined', quarantined_at = now()`)
  await set(broken, sql`status = 'unplayable'`)
  for (const kind of ['masked', 'copy'])
    await sql`insert into audio_work (recording_id, kind, state, run_at)
      values (${parked}, ${kind}, 'parked', now())`.execute(app.db)
  const scope = { recordings: [held] }
  const hold = { type: 'claim', matterRef: 'CL-1', scope, reason: 'a dispute' }
  await app.send('POST', '/v1/holds', persons.recordsManager(), hold)

  const { total, entities } = await overview()
  const none = { openTriggers: 0, holdsPastReview: 0, locksPastReview: 0, overdue: 0, damaged: 0 }
  expect(entities.find(({ entity }) => entity === 'hmbs')?.counts).toEqual({
    ...none,
    ...{ stored: 7, due: 1, dueInWeek: 2, dueInMonth: 2, held: 1, openHolds: 1, restricted: 1 },
    ...{ quarantined: 1, unlinked: 0, unplayable: 1, parked: 1, restrictedOverdue: 1 },
  })
  expect(entities.find(({ entity }) => entity === 'hmbs-advies')?.counts).toMatchObject({
    ...{ stored: 1, unlinked: 1, held: 0 },
  })
  expect(total).toMatchObject({ stored: 8, held: 1, unlinked: 1, restrictedOverdue: 1 })
})

test('what is added up is what came and went, however often it is added up', async () => {
  const before = (await overview()).total.stored
  const gone = await recorded()
  await addUpMovements(app.db)
  await addUpMovements(app.db)
  expect((await overview()).total.stored).toBe(before + 1)
  await set(gone, sql`status = 'destroyed', destroyed_at = now(), member_ref = null`)
  expect((await overview()).total.stored).toBe(before)
  const { past } = await trends()
  expect(past.at(-1)).toMatchObject({ day: TODAY, destroyed: 1, stored: before })
  await addUpMovements(app.db)
  expect((await trends()).past).toEqual(past)
})

test('what comes is told for ninety days, also those on which nothing becomes due', async () => {
  const { coming } = await trends(persons.privacyOfficer())
  expect(coming).toHaveLength(90)
  expect(coming[0]?.day).toBe(TODAY)
  const inSixDays = dayOf(new Date(Date.now() + 6 * DAY))
  expect(coming.find(({ day }) => day === inSixDays)?.due).toBe(1)
  expect(coming.filter(({ due }) => due > 0).length).toBeLessThanOrEqual(2)
})

test('only those who answer for recordings read the numbers, auditors too, and each of their companies', async () => {
  const auditor = persons.auditor({ entity: ['hmbs-advies'] })
  expect((await overview(auditor)).entities.map(({ entity }) => entity)).toEqual(['hmbs-advies'])
  expect((await overview(persons.recordsManager({ entity: ['elsewhere'] }))).total.stored).toBe(0)
  for (const claims of [persons.member('M-1'), persons.agent(), persons.coach(), persons.operator()])
    for (const path of ['/v1/overview', '/v1/overview/trends'])
      expect((await app.send('GET', path, claims)).status).toBe(403)
})

test('custody tells an officer what keeps a recording and how it is stored, without whose call it is', async () => {
  const id = await recorded({
    memberRef: 'M-77',
    silence: [{ fromSeconds: 0, toSeconds: 0.5, reason: 'payment' }],
  })
  const officer = persons.privacyOfficer()
  await app.send('POST', '/v1/holds', officer, {
    ...{ type: 'complaint', matterRef: 'K-9', scope: { recordings: [id] }, reason: 'a complaint' },
  })
  await app.send('POST', `/v1/recordings/${id}/restriction`, officer, { ground: 'accuracy_contested' })
  const path = `/v1/recordings/${id}/custody`
  const { status, body } = await app.send<Record<string, unknown>>('GET', path, officer)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    holds: [{ type: 'complaint', matterRef: 'K-9', endedAt: null }],
    restriction: { ground: 'accuracy_contested', liftNoticeAt: null },
    requestLocks: [],
    silence: [{ fromSeconds: 0, toSeconds: 0.5, reason: 'payment' }],
    damage: [],
    corrections: [],
  })
  expect(JSON.stringify(body)).not.toContain('M-77')
  expect(await app.auditOf(id)).toContain('recording.custody_viewed')
  expect((await app.send('GET', path, persons.auditor())).status).toBe(403)
  const others = persons.privacyOfficer({ entity: ['hmbs-advies'] })
  const unknown = await app.send('GET', `/v1/recordings/${randomUUID()}/custody`, others)
  expect(await app.send('GET', path, others)).toEqual(unknown)
})

test('how the service works is told to its operator, with what waits and since when, and nothing of anybody', async () => {
  const late = await recorded({ memberRef: 'M-78' })
  await set(late, sql`due_at = '2025-03-01', objects_changed_at = '2025-03-02'`)
  const { status, body } = await app.send<unknown>('GET', '/v1/operations', persons.operator())
  expect(status).toBe(200)
  const found = OperationsSchema.parse(body)
  expect(found).toMatchObject({
    ...{ ready: true, version: expect.stringMatching(/^\d+\.\d+/) },
    audio: { parked: 2, engine: expect.stringContaining('ffmpeg') },
    store: { kind: 'files', findings: [], lifecycle: null },
    sweep: { dueSince: '2025-03-01T00:00:00.000Z', lastRun: null },
  })
  expect(found.store.behind).toBeGreaterThan(0)
  expect(found.parts.map(({ part }) => part)).toContain('database')
  expect(found.jobs.map(({ name }) => name)).toContain('sweep')
  expect(JSON.stringify(body)).not.toMatch(/M-78|M-1|agent/)
  for (const claims of [persons.auditor(), persons.member('M-1'), persons.coach()])
    expect((await app.send('GET', '/v1/operations', claims)).status).toBe(403)
})

import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RecordingJson } from '../../../src/recordings/present.ts'
import { persons } from '../../support/tokens.ts'
import {
  type EventsService,
  lastDayAfter,
  monthsAgo,
  purposeOf,
  startEventsService,
} from './events-service.ts'

let app: EventsService
const officer = persons.privacyOfficer()
const analyst = persons.fraudAnalyst()
const WHY = 'needed for the same question of the same member'

beforeAll(async () => {
  app = await startEventsService()
})

afterAll(async () => {
  await app.close()
})

const add = (id: string, body: unknown, claims = officer) =>
  app.send('POST', `/v1/recordings/${id}/purposes`, claims, body)
const remove = (id: string, purpose: string, because: string, claims = officer) =>
  app.send('DELETE', `/v1/recordings/${id}/purposes/${purpose}?because=${because}`, claims)
const objection = (method: 'POST' | 'DELETE', id: string, purpose: string, claims = officer) =>
  app.send(method, `/v1/recordings/${id}/purposes/${purpose}/objection`, claims)

/** What a sweep of this moment would take out of use. */
async function due(): Promise<string[]> {
  const { body } = await app.send<{ quarantined: string[] }>(
    'POST',
    '/v1/retention/sweeps',
    persons.recordsManager(),
    {
      dryRun: true,
    },
  )
  return body.quarantined
}

const listen = (id: string, purpose: string, claims = persons.agent({ sub: 'A-1' })) =>
  app.service.call(`/v1/recordings/${id}/audio?purpose=${purpose}&caseRef=Z-1`, claims)

describe('T1, T2: training is over, the contract goes on', () => {
  let recording: RecordingJson
  beforeAll(async () => {
    const startedAt = monthsAgo(7)
    recording = await app.record({
      ...{ startedAt, product: 'home', links: { policy: 'P-t1' } },
      purposes: ['training_coaching', 'contract_performance'],
    })
  })

  test('every purpose has its own end', () => {
    expect(purposeOf(recording, 'training_coaching')).toMatchObject({
      state: 'expired',
      retainUntil: lastDayAfter(monthsAgo(7), 'P6M'),
    })
    expect(recording.keepUntil).toBeNull()
  })

  test('the handler and the member hear it, for training nobody does, and no sweep takes it', async () => {
    expect((await listen(recording.id, 'contract_performance')).status).toBe(200)
    const member = persons.member('M-1')
    expect((await app.service.call(`/v1/recordings/${recording.id}/audio`, member)).status).toBe(200)
    expect((await listen(recording.id, 'training_coaching')).status).toBe(403)
    expect((await listen(recording.id, 'training_coaching', persons.coach())).status).toBe(403)
    expect(await due()).not.toContain(recording.id)
  })
})

test('T3: what the law demands for years is still there when training is over', async () => {
  const policy = `P-${randomUUID()}`
  const { id } = await app.record({
    ...{ startedAt: monthsAgo(7), product: 'home', links: { policy } },
    purposes: ['training_coaching', 'legal_obligation'],
  })
  await app.report({ type: 'policy.ended', ref: policy, occurredAt: monthsAgo(7) })
  expect(await app.see(id)).toMatchObject({ keepUntil: lastDayAfter(monthsAgo(7), 'P5Y') })
  await app.send('POST', '/v1/retention/sweeps', persons.recordsManager(), { dryRun: false })
  expect((await app.service.call(`/v1/recordings/${id}/audio`, persons.member('M-1'))).status).toBe(200)
  for (const because of ['removed', 'objection_upheld', 'consent_withdrawn'])
    expect((await remove(id, 'legal_obligation', because)).status).toBe(409)
  expect((await remove(id, 'legal_obligation', 'removed')).body.code).toBe('statutory_minimum')
})

test('R5: a purpose that was announced is added with a reason, once, and counts at once', async () => {
  const { id, keepUntil } = await app.record()
  expect(await add(id, { purpose: 'fraud_prevention' })).toMatchObject({ status: 400 })
  const added = await add(id, { purpose: 'fraud_prevention', compatibleUse: WHY })
  expect(added.status).toBe(201)
  expect(added.body.keepUntil && keepUntil && added.body.keepUntil > keepUntil).toBe(true)
  expect(added.body).toEqual(await app.see(id))
  expect(await add(id, { purpose: 'fraud_prevention', compatibleUse: WHY })).toMatchObject({
    status: 409,
    body: { code: 'purpose_exists' },
  })
  expect(await app.auditOf(id)).toContain('recording.purpose_added')
  const { rows } = await sql<{ detail: string }>`select detail::text from audit_event
    where recording_id = ${id} and type = 'recording.purpose_added'`.execute(app.db)
  expect(rows.map(({ detail }) => detail).join()).not.toContain(WHY)
})

test('T44: a purpose that was not announced, or that nobody knows, is not added', async () => {
  const { id } = await app.record({ noticeVersion: '2024-01' })
  const request = { compatibleUse: WHY }
  expect(await add(id, { ...request, purpose: 'fraud_prevention' })).toMatchObject({
    status: 409,
    body: { code: 'purpose_not_announced' },
  })
  expect((await add(id, { ...request, purpose: 'guessing' })).status).toBe(422)
  expect((await add(id, { ...request, purpose: 'marketing' })).status).toBe(422)
})

test('a fraud analyst adds fraud prevention for a case, which then waits for the case to be closed', async () => {
  const { id } = await app.record()
  const caseRef = `F-${randomUUID()}`
  expect((await add(id, { purpose: 'fraud_prevention' }, analyst)).status).toBe(403)
  expect((await add(id, { purpose: 'service_quality', caseRef }, analyst)).status).toBe(403)
  const added = await add(id, { purpose: 'fraud_prevention', caseRef }, analyst)
  expect(added.status).toBe(201)
  expect(purposeOf(added.body, 'fraud_prevention')).toMatchObject({
    ruleId: 'fraud-case',
    state: 'pending_trigger',
  })
  await app.report({ type: 'case.closed', ref: caseRef, occurredAt: monthsAgo(1) })
  expect(purposeOf(await app.see(id), 'fraud_prevention')).toMatchObject({
    retainUntil: lastDayAfter(monthsAgo(1), 'P3Y'),
  })
})

test('R6: the last purpose that is removed makes the recording due at once, and doing it again changes nothing', async () => {
  const { id } = await app.record()
  const removed = await remove(id, 'training_coaching', 'removed')
  expect(removed).toMatchObject({ status: 200, body: { keepUntil: null } })
  expect(await due()).toContain(id)
  expect((await remove(id, 'training_coaching', 'removed')).body).toEqual(removed.body)
  expect((await remove(id, 'service_quality', 'removed')).status).toBe(404)
})

test('T26: withdrawn consent ends the purpose that rests on it and leaves what the law demands', async () => {
  const { id } = await app.record({ product: 'none', purposes: ['training_coaching', 'legal_obligation'] })
  await sql`update purpose_tag set legal_basis = 'consent' where recording_id = ${id} and purpose = 'training_coaching'`.execute(
    app.db,
  )
  const { status, body } = await remove(id, 'training_coaching', 'consent_withdrawn')
  expect(status).toBe(200)
  expect(purposeOf(body, 'training_coaching').state).toBe('withdrawn')
  expect(body.keepUntil).toBe(purposeOf(body, 'legal_obligation').retainUntil)
  expect(await due()).not.toContain(id)
  const told = await app.send<{ steps: { nl: string }[] }>(
    'GET',
    `/v1/recordings/${id}/retention`,
    persons.member('M-1'),
  )
  expect(told.body.steps.map(({ nl }) => nl).join(' ')).toContain('de toestemming is ingetrokken')
})

describe('T27: which right exists depends on the legal basis', () => {
  test.each([
    ['consent', 200, 409],
    ['contract', 409, 409],
    ['legal_obligation', 409, 409],
    ['legitimate_interests', 409, 200],
  ])('%s: withdrawal %d, objection %d', async (basis, withdrawal, upheld) => {
    const one = await app.record()
    const other = await app.record()
    await sql`update purpose_tag set legal_basis = ${basis} where recording_id in (${one.id}, ${other.id})`.execute(
      app.db,
    )
    const answers = [
      await remove(one.id, 'training_coaching', 'consent_withdrawn'),
      await remove(other.id, 'training_coaching', 'objection_upheld'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([withdrawal, upheld])
    for (const { status, body } of answers) if (status === 409) expect(body.code).toBe('right_not_available')
  })
})

describe('an objection', () => {
  test('suspends the purpose at once and keeps the bytes; if it is not upheld, the purpose goes on', async () => {
    const { id, keepUntil } = await app.record({ purposes: ['service_quality'] })
    const suspended = await objection('POST', id, 'service_quality')
    expect(suspended).toMatchObject({ status: 200, body: { keepUntil } })
    expect(purposeOf(suspended.body, 'service_quality').state).toBe('suspended')
    expect(purposeOf((await objection('DELETE', id, 'service_quality')).body, 'service_quality').state).toBe(
      'active',
    )
  })

  test('is not taken up again when the purpose has ended in the meantime', async () => {
    const { id } = await app.record()
    await objection('POST', id, 'training_coaching')
    await sql`update purpose_tag set retain_until = '2020-01-01' where recording_id = ${id}`.execute(app.db)
    const resumed = await objection('DELETE', id, 'training_coaching')
    expect(purposeOf(resumed.body, 'training_coaching').state).toBe('expired')
  })

  test('exists against legitimate interests only', async () => {
    const { id } = await app.record({ purposes: ['contract_performance'] })
    expect((await objection('POST', id, 'contract_performance')).body.code).toBe('right_not_available')
  })
})

test('R7: what has ended is neither removed nor objected to nor added again', async () => {
  const { id } = await app.record({
    purposes: ['training_coaching', 'fraud_prevention'],
    startedAt: monthsAgo(8),
  })
  expect((await remove(id, 'training_coaching', 'removed')).body.code).toBe('purpose_over')
  expect((await objection('POST', id, 'training_coaching')).body.code).toBe('purpose_over')
  expect((await add(id, { purpose: 'training_coaching', compatibleUse: WHY })).body.code).toBe(
    'purpose_exists',
  )
  await sql`update recording set status = 'quarantined', quarantined_at = now() where id = ${id}`.execute(
    app.db,
  )
  expect((await add(id, { purpose: 'service_quality', compatibleUse: WHY })).body.code).toBe('purpose_over')
})

test.each(['agent', 'coach', 'recordsManager', 'auditor', 'recorder'] as const)(
  'a %s changes no purposes',
  async (role) => {
    const { id } = await app.record()
    expect((await add(id, { purpose: 'service_quality', compatibleUse: WHY }, persons[role]())).status).toBe(
      403,
    )
    expect((await remove(id, 'training_coaching', 'removed', persons[role]())).status).toBe(403)
    expect((await objection('POST', id, 'training_coaching', persons[role]())).status).toBe(403)
  },
)

test('an officer of another company gets the 404 of an unknown recording, and all refusals are on record', async () => {
  const { id } = await app.record()
  const stranger = persons.privacyOfficer({ entity: ['hmbs-advies'] })
  const foreign = await remove(id, 'training_coaching', 'removed', stranger)
  const unknown = await remove(randomUUID(), 'training_coaching', 'removed', stranger)
  expect([foreign.status, unknown.status]).toEqual([404, 404])
  const events = await app.db
    .selectFrom('audit_event')
    .select(['type', 'outcome', 'code'])
    .where('recording_id', '=', id)
    .where('outcome', '=', 'denied')
    .execute()
  expect(events).toEqual([{ type: 'recording.purpose_removed', outcome: 'denied', code: 'not_found' }])
})

test('a recording of no known member goes after thirty days, whatever it waits for', async () => {
  const recording = await app.record({ memberRef: null, product: 'home', purposes: ['contract_performance'] })
  const today = new Date().toISOString()
  expect(recording.status).toBe('unlinked')
  expect(recording.keepUntil).toBe(lastDayAfter(today, 'P30D'))
})

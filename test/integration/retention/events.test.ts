import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { persons } from '../../support/tokens.ts'
import {
  type EventsService,
  lastDayAfter,
  monthsAgo,
  purposeOf,
  startEventsService,
} from './events-service.ts'

let events: EventsService

beforeAll(async () => {
  events = await startEventsService()
})

afterAll(async () => {
  await events.close()
})

const policy = () => `P-${randomUUID()}`
const contract = (ref: string, changes = {}) =>
  events.record({
    product: 'home',
    purposes: ['training_coaching', 'contract_performance'],
    links: { policy: ref },
    ...changes,
  })
const contractOf = async (id: string) => purposeOf(await events.see(id), 'contract_performance')

test('the end of a policy fixes the end of every recording about it, for the entities of the sender', async () => {
  const ref = policy()
  const one = await contract(ref)
  const other = await contract(ref)
  const elsewhere = await contract(policy())
  expect(one).toMatchObject({ keepUntil: null, dueAt: null })
  const occurredAt = monthsAgo(2)
  expect(
    (
      await events.report(
        { type: 'policy.ended', ref, occurredAt },
        persons.recorder({ entity: ['hmbs-advies'] }),
      )
    ).status,
  ).toBe(201)
  expect(await contractOf(one.id)).toMatchObject({ state: 'pending_trigger' })

  expect((await events.report({ type: 'policy.ended', ref, occurredAt })).status).toBe(201)
  for (const { id } of [one, other])
    expect(await events.see(id)).toMatchObject({ keepUntil: lastDayAfter(occurredAt, 'P7Y') })
  expect(await contractOf(one.id)).toMatchObject({ state: 'active', triggerDate: occurredAt.slice(0, 10) })
  expect(await events.see(elsewhere.id)).toMatchObject({ keepUntil: null })
  expect(await events.auditOf(one.id)).toContain('recording.retention_changed')
})

test('the same event again changes nothing; another one under its id is refused', async () => {
  const event = { id: randomUUID(), type: 'policy.ended', ref: policy(), occurredAt: monthsAgo(1) }
  const first = await events.report(event)
  const again = await events.report(event)
  expect([first.status, again.status]).toEqual([201, 200])
  expect(again.body).toEqual(first.body)
  expect(await events.report({ ...event, occurredAt: monthsAgo(2) })).toMatchObject({
    status: 409,
    body: { code: 'event_conflict' },
  })
  // Ids belong to their sender.
  expect((await events.report({ ...event, ref: policy() }, persons.recorder())).status).toBe(201)
})

test('many senders of the same event at once: one is taken in', async () => {
  const ref = policy()
  const { id } = await contract(ref)
  const event = { id: randomUUID(), type: 'policy.ended', ref, occurredAt: monthsAgo(1) }
  const answers = await Promise.all(Array.from({ length: 8 }, () => events.report(event)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201])
  expect(await contractOf(id)).toMatchObject({ state: 'active' })
})

test('what was reported before the recording arrived counts from its first answer on', async () => {
  const ref = policy()
  const occurredAt = monthsAgo(3)
  await events.report({ type: 'policy.ended', ref, occurredAt })
  const recording = await contract(ref)
  expect(recording.keepUntil).toBe(lastDayAfter(occurredAt, 'P7Y'))
})

test('no recording slips between an event and its own arrival', async () => {
  const refs = Array.from({ length: 12 }, policy)
  const occurredAt = monthsAgo(1)
  const recordings = await Promise.all(
    refs.flatMap((ref) => [contract(ref), events.report({ type: 'policy.ended', ref, occurredAt })]),
  )
  for (const made of recordings)
    if ('id' in made && typeof made.id === 'string')
      expect(await contractOf(made.id)).toMatchObject({ state: 'active' })
})

describe('R9: the order of the reports makes no difference', () => {
  test('an end that is reported before the beginning still counts', async () => {
    const ref = policy()
    const { id } = await contract(ref)
    await events.report({ type: 'policy.ended', ref, occurredAt: monthsAgo(1) })
    await events.report({ type: 'policy.started', ref, occurredAt: monthsAgo(20) })
    expect(await contractOf(id)).toMatchObject({ state: 'active', triggerDate: monthsAgo(1).slice(0, 10) })
  })

  test('an end long ago that a later beginning undoes does not end anything, whichever comes first', async () => {
    const ref = policy()
    const { id } = await contract(ref)
    await events.report({ type: 'policy.ended', ref, occurredAt: monthsAgo(120) })
    expect(await contractOf(id)).toMatchObject({ triggerDate: monthsAgo(120).slice(0, 10) })
    await events.report({ type: 'policy.started', ref, occurredAt: monthsAgo(100) })
    expect(await contractOf(id)).toMatchObject({ state: 'pending_trigger', retainUntil: null })
  })

  test('a correction takes the place of what it corrects, also when it comes first', async () => {
    const ref = policy()
    const { id } = await contract(ref)
    const wrong = randomUUID()
    await events.report({ type: 'policy.ended', ref, occurredAt: monthsAgo(5), corrects: wrong })
    await events.report({ id: wrong, type: 'policy.ended', ref, occurredAt: monthsAgo(1) })
    expect(await contractOf(id)).toMatchObject({ triggerDate: monthsAgo(5).slice(0, 10) })
  })

  test('a correction to another policy gives the first one back', async () => {
    const [ref, meant] = [policy(), policy()]
    const mistaken = await contract(ref)
    const right = await contract(meant)
    const id = randomUUID()
    await events.report({ id, type: 'policy.ended', ref, occurredAt: monthsAgo(1) })
    await events.report({ type: 'policy.ended', ref: meant, occurredAt: monthsAgo(1), corrects: id })
    expect(await contractOf(mistaken.id)).toMatchObject({ state: 'pending_trigger' })
    expect(await contractOf(right.id)).toMatchObject({ state: 'active' })
  })
})

test('R8: a claim that is reopened has no end again, and the next closing counts', async () => {
  const claim = `C-${randomUUID()}`
  const { id } = await events.record({
    product: 'liability',
    purposes: ['contract_performance'],
    links: { claim },
  })
  await events.report({ type: 'claim.closed', ref: claim, occurredAt: monthsAgo(4) })
  expect(await events.see(id)).toMatchObject({ keepUntil: lastDayAfter(monthsAgo(4), 'P10Y') })
  await events.report({ type: 'claim.reopened', ref: claim, occurredAt: monthsAgo(3) })
  expect(await events.see(id)).toMatchObject({ keepUntil: null, dueAt: null })
  await events.report({ type: 'claim.closed', ref: claim, occurredAt: monthsAgo(1) })
  expect(await events.see(id)).toMatchObject({ keepUntil: lastDayAfter(monthsAgo(1), 'P10Y') })
})

test('of policy and claim, the later one decides, and both are awaited', async () => {
  const ref = policy()
  const claim = `C-${randomUUID()}`
  const { id } = await contract(ref, { links: { policy: ref, claim } })
  await events.report({ type: 'claim.closed', ref: claim, occurredAt: monthsAgo(1) })
  expect(await contractOf(id)).toMatchObject({ state: 'pending_trigger' })
  await events.report({ type: 'policy.ended', ref, occurredAt: monthsAgo(6) })
  expect(await contractOf(id)).toMatchObject({ triggerDate: monthsAgo(1).slice(0, 10) })
})

test('a rejected application shortens the contract purpose; a policy that begins after all restores it', async () => {
  const ref = policy()
  const { id } = await contract(ref)
  await events.report({ type: 'application.rejected', ref, occurredAt: monthsAgo(2) })
  expect(await contractOf(id)).toMatchObject({
    ruleId: 'contract-application',
    retainUntil: lastDayAfter(monthsAgo(2), 'P12M'),
  })
  await events.report({ type: 'policy.started', ref, occurredAt: monthsAgo(1) })
  expect(await contractOf(id)).toMatchObject({ ruleId: 'contract-policy', state: 'pending_trigger' })
})

test('R7: what has ended stays so: the event is taken in, noted as late, and revives nothing', async () => {
  const claim = `C-${randomUUID()}`
  const { id } = await events.record({
    product: 'liability',
    purposes: ['training_coaching', 'contract_performance'],
    links: { claim },
  })
  await events.report({ type: 'claim.closed', ref: claim, occurredAt: monthsAgo(2) })
  await sql`update purpose_tag set retain_until = '2020-01-01', dated_on = '2019-01-01'
    where recording_id = ${id} and purpose = 'contract_performance'`.execute(events.db)
  expect((await events.report({ type: 'claim.reopened', ref: claim, occurredAt: monthsAgo(1) })).status).toBe(
    201,
  )
  expect(await contractOf(id)).toMatchObject({ retainUntil: '2020-01-01' })
  const late = await events.db
    .selectFrom('audit_event')
    .select('detail')
    .where('type', '=', 'retention.late_event')
    .execute()
  expect(late).toHaveLength(1)
  // Numbers of policies and claims belong to people.
  expect(JSON.stringify(late)).not.toContain(claim)
})

test('an event about recordings that are gone is no error', async () => {
  const claim = `C-${randomUUID()}`
  const { id } = await events.record({
    product: 'liability',
    purposes: ['contract_performance'],
    links: { claim },
  })
  await events.report({ type: 'claim.closed', ref: claim, occurredAt: monthsAgo(2) })
  await sql`delete from purpose_tag where recording_id = ${id}`.execute(events.db)
  await sql`update recording set status = 'destroyed', links = '{}' where id = ${id}`.execute(events.db)
  const before = await lateEvents()
  expect((await events.report({ type: 'claim.reopened', ref: claim, occurredAt: monthsAgo(1) })).status).toBe(
    201,
  )
  expect(await lateEvents()).toBe(before + 1)
})

const lateEvents = async () =>
  (
    await events.db
      .selectFrom('audit_event')
      .select('id')
      .where('type', '=', 'retention.late_event')
      .execute()
  ).length

test('thousands of recordings of one policy follow one event', async () => {
  const ref = policy()
  const { id } = await contract(ref)
  await sql`with copies as (
      insert into recording (id, entity, call_id, status, member_ref, agent_ref, product, direction, language,
        notice_version, links, started_at, received_at)
      select gen_random_uuid(), entity, 'copy-' || ${ref}::text || n, status, member_ref, agent_ref, product, direction,
        language, notice_version, links, started_at, received_at
      from recording, generate_series(1, 5000) n where id = ${id} returning id),
    tags as (
      insert into purpose_tag (recording_id, purpose, legal_basis, product, rule_id, rule_version, trigger, state)
      select copies.id, purpose, legal_basis, product, rule_id, rule_version, trigger, state
      from copies, purpose_tag where recording_id = ${id} and purpose = 'contract_performance' returning recording_id)
    select count(*) from tags`.execute(events.db)
  await sql`insert into awaited_event (recording_id, purpose, type, ref)
    select id, 'contract_performance', 'policy.ended', ${ref} from recording where call_id like ${`copy-${ref}%`}`.execute(
    events.db,
  )
  const started = performance.now()
  expect((await events.report({ type: 'policy.ended', ref, occurredAt: monthsAgo(1) })).status).toBe(201)
  const seconds = (performance.now() - started) / 1000
  const { rows } = await sql<{
    keep_until: string
    count: number
  }>`select keep_until::text, count(*)::int from recording
    where links ->> 'policy' = ${ref} group by keep_until`.execute(events.db)
  expect(rows).toEqual([{ keep_until: lastDayAfter(monthsAgo(1), 'P7Y'), count: 5001 }])
  expect(seconds).toBeLessThan(30)
})

test.each([
  ['a type that does not exist', { type: 'policy.sold' }, 400],
  ['no number', { ref: '' }, 400],
  ['a day without time', { occurredAt: '2026-01-01' }, 400],
  ['the future', { occurredAt: new Date(Date.now() + 10 * 60_000).toISOString() }, 422],
  ['itself as what it corrects', { id: 'self', corrects: 'self' }, 422],
])('an event with %s is refused', async (_name, wrong, status) => {
  const event = { type: 'policy.ended', ref: policy(), occurredAt: monthsAgo(1) }
  expect((await events.report({ ...event, ...wrong })).status).toBe(status)
})

test.each(['member', 'agent', 'privacyOfficer', 'recordsManager', 'operator'] as const)(
  'a %s reports no events',
  async (role) => {
    const claims = role === 'member' ? persons.member('M-1') : persons[role]()
    const event = { type: 'policy.ended', ref: policy(), occurredAt: monthsAgo(1) }
    expect(await events.report(event, claims)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  },
)

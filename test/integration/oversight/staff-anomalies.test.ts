import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../src/kernel/units.ts'
import { makeRaiseOversight } from '../../../src/privacy/oversight-alarms.ts'
import { anomaliesIn, STAFF_LIMITS } from '../../../src/recordings/staff-watch.ts'
import { persons } from '../../support/tokens.ts'
import { addRecording } from '../listening/listening-app.ts'
import { type OversightApp, officer, second, startOversightApp } from './oversight-app.ts'

let app: OversightApp
beforeAll(async () => {
  app = await startOversightApp()
})
afterAll(() => app.close())

let person = 0
/** Somebody of whom nothing is known yet. */
const someone = () => persons.agent({ sub: `agent-${++person}` })
const calls = (count: number, memberRef: (n: number) => string) =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      addRecording(app, { memberRef: memberRef(n), tags: [{ purpose: 'contract_performance' }] }),
    ),
  )
const open = async () => (await app.call(officer, 'GET', '/v1/staff-anomalies?open=true')).body.items
const acknowledge = (claims: object, id: string) =>
  app.call(claims as never, 'POST', `/v1/staff-anomalies/${id}/acknowledgement`, { note: 'asked; a project' })

beforeEach(async () => {
  for (const { id } of await open()) await acknowledge(second, id)
})

describe('staff who hear the calls of many members', () => {
  it('are stopped at the twenty-first in an hour, once recorded, until an officer acknowledged it', async () => {
    const who = someone()
    const many = await calls(23, (n) => `M-many-${n}`)
    for (const { id } of many.slice(0, 20)) expect((await app.hear(who, id)).status).toBe(200)
    // The same calls again are no other members.
    for (const { id } of many.slice(0, 3)) expect((await app.hear(who, id)).status).toBe(200)
    const refused = await app.hear(who, many[20]?.id ?? '')
    expect([refused.status, refused.body.code]).toEqual([403, 'listening_suspended'])
    expect((await app.hear(who, many[0]?.id ?? '')).body.code).toBe('listening_suspended')
    expect((await app.hear(someone(), many[0]?.id ?? '')).status).toBe(200)

    const [anomaly, ...others] = await open()
    expect(others).toEqual([])
    expect(anomaly).toMatchObject({
      kind: 'many_members',
      actor: who.sub,
      count: 21,
      threshold: 20,
      blocks: true,
    })
    const told = await app.noticesOf('staff_anomaly_found')
    expect(told.at(-1)).toMatchObject({ role: 'privacy_officer', facts: { count: 21, threshold: 20 } })
    expect(JSON.stringify(told)).not.toMatch(/M-many|agent-/)

    expect((await acknowledge(officer, anomaly.id)).body).toMatchObject({ acknowledgedBy: officer.sub })
    expect((await acknowledge(officer, anomaly.id)).body.code).toBe('not_open')
    app.clock.advance(1)
    for (const { id } of many) expect((await app.hear(who, id)).status).toBe(200)
  })

  it('are not stopped when the twenty-first comes after an hour', async () => {
    const who = someone()
    const many = await calls(21, (n) => `M-slow-${n}`)
    for (const { id } of many.slice(0, 20)) await app.hear(who, id)
    app.clock.advance(HOUR)
    expect((await app.hear(who, many[20]?.id ?? '')).status).toBe(200)
    expect(await open()).toEqual([])
  })

  it('do not slip through side by side', async () => {
    const who = someone()
    const many = await calls(40, (n) => `M-side-${n}`)
    const answers = await Promise.all(many.map(({ id }) => app.hear(who, id)))
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(20)
    expect(await open()).toHaveLength(1)
  })

  it('a member who hears their own calls is nobody to watch', async () => {
    const both = { ...someone(), roles: ['agent', 'member'], member_ref: 'M-own' }
    const own = await calls(STAFF_LIMITS.recordingsPerHour + 1, () => 'M-own')
    for (const { id } of own) expect((await app.hear(both, id, '')).status).toBe(200)
    expect(await open()).toEqual([])
  })
})

describe('other things that are noticed', () => {
  it('many recordings in an hour, also of few members', async () => {
    const who = someone()
    const many = await calls(STAFF_LIMITS.recordingsPerHour + 1, (n) => `M-few-${n % 3}`)
    const answers = []
    for (const { id } of many) answers.push((await app.hear(who, id)).status)
    expect([answers.filter((status) => status === 200).length, answers.at(-1)]).toEqual([60, 403])
    expect(await open()).toMatchObject([{ kind: 'many_recordings', count: 61 }])
  })

  it('calls of one member asked for without a case', async () => {
    const who = someone()
    for (const { id } of await calls(4, (n) => `M-different-${n}`)) await app.hear(who, id, '')
    expect(await open()).toEqual([])
    for (const { id } of await calls(4, () => 'M-neighbour')) {
      const refused = await app.hear(who, id, 'purpose=contract_performance')
      expect(refused.body.code).toBe('purpose_required')
    }
    expect(await open()).toMatchObject([{ kind: 'without_case', actor: who.sub, count: 4, blocks: false }])
  })

  it('T42: a coach who looks for a famous member gets 403, and officers hear of it', async () => {
    const coach = persons.coach({ sub: 'coach-curious' })
    await addRecording(app, { memberRef: 'M-famous' })
    const { status, body } = await app.call(coach, 'GET', '/v1/recordings?memberRef=M-famous')
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect(await open()).toMatchObject([{ kind: 'coach_search', actor: 'coach-curious' }])
    const told = await app.noticesOf('staff_anomaly_found')
    expect(told.at(-1)).toMatchObject({ role: 'privacy_officer', entity: 'hmbs' })
    expect(JSON.stringify([await open(), told])).not.toContain('famous')
  })
})

describe('anomalies', () => {
  it('begin beyond their limits', () => {
    const limits = { ...STAFF_LIMITS, blocks: false }
    expect(anomaliesIn({ members: 20, recordings: 60, withoutCase: 3 }, limits)).toEqual([])
    expect(anomaliesIn({ members: 21, recordings: 61, withoutCase: 4 }, limits)).toMatchObject([
      { kind: 'many_members', blocks: false },
      { kind: 'many_recordings', blocks: false },
      { kind: 'without_case', blocks: false },
    ])
  })

  it('are seen by officers and auditors only, and acknowledged by an officer other than their person', async () => {
    const both = { ...officer, roles: ['privacy_officer', 'agent'], sub: 'officer-who-listens' }
    for (const { id } of await calls(21, (n) => `M-both-${n}`)) await app.hear(both, id)
    const [{ id }] = await open()
    expect((await acknowledge(both, id)).body.code).toBe('second_person_required')
    expect((await acknowledge(persons.auditor(), id)).body.code).toBe('forbidden')
    expect((await acknowledge({ ...officer, entity: ['hmbs-advies'] }, id)).body.code).toBe('not_found')
    expect((await app.call(persons.auditor(), 'GET', '/v1/staff-anomalies')).status).toBe(200)
    expect((await app.call(persons.coach(), 'GET', '/v1/staff-anomalies')).status).toBe(403)
    expect((await app.call(persons.operator(), 'GET', '/v1/staff-anomalies')).status).toBe(403)
  })

  it('are in the figures until they are acknowledged, and what was counted goes after a day', async () => {
    const who = someone()
    for (const { id } of await calls(21, (n) => `M-figures-${n}`)) await app.hear(who, id)
    const counts: number[] = []
    const raise = makeRaiseOversight({
      ...{ db: app.db, clock: app.clock, logger: { error() {} } as never },
      report: (concern, count) => void (concern === 'staff_anomalies' && counts.push(count)),
    })
    await raise()
    for (const { id } of await open()) await acknowledge(second, id)
    app.clock.advance(24 * HOUR + MINUTE)
    await raise()
    expect(counts).toEqual([1, 0])
    expect(await app.db.selectFrom('staff_listening').selectAll().execute()).toEqual([])
  })
})

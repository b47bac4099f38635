import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../../src/kernel/units.ts'
import { makeRaiseOversight } from '../../../src/privacy/oversight-alarms.ts'
import { forgetRequests } from '../../../src/recordings/purge-requests-queries.ts'
import { persons } from '../../support/tokens.ts'
import { addRecording, auditOf, NOW } from '../listening/listening-app.ts'
import { agent, type OversightApp, officer, second, startOversightApp } from './oversight-app.ts'

const member = persons.member('M-1001')
const analyst = persons.fraudAnalyst()
const tags = [{ purpose: 'contract_performance' }, { purpose: 'fraud_prevention' }]

let app: OversightApp
beforeAll(async () => {
  app = await startOversightApp()
})
afterAll(() => app.close())
beforeEach(() => app.clock.set(NOW))

const accesses = async (claims: object, id: string) =>
  (await app.call(claims as never, 'GET', `/v1/recordings/${id}/accesses`)).body.items
const investigate = (id: string, caseRef: string) =>
  app.hear(analyst, id, `purpose=fraud_prevention&caseRef=${caseRef}`)
const raise = () => {
  const counts: Record<string, number> = {}
  return makeRaiseOversight({
    ...{ db: app.db, clock: app.clock, logger: { error() {} } as never },
    report: (concern, count) => {
      counts[concern] = count
    },
  })().then(() => counts)
}

describe('who listened', () => {
  it('is one line for a person and a day, with its first time and all that was heard', async () => {
    app.clock.set('2026-11-22T22:00:00Z')
    const { id } = await addRecording(app, { tags })
    await app.hear(agent, id)
    app.clock.advance(HOUR / 2)
    await app.hear(agent, id)
    await app.hear(persons.agent({ sub: 'agent-2' }), id)
    // Half past midnight in Amsterdam: another day.
    app.clock.advance(HOUR)
    await app.hear(agent, id)
    await auditOf(app, id, 8)
    const lines: { firstAt: string; lastAt: string; heardSeconds: number }[] = await accesses(member, id)
    const told = lines.map(({ firstAt, lastAt, heardSeconds }) => [
      ...[firstAt.slice(11, 16), lastAt.slice(11, 16), heardSeconds],
    ])
    expect(told).toHaveLength(3)
    expect(told).toEqual(
      expect.arrayContaining([
        ['22:00', '22:30', 600],
        ['22:30', '22:30', 300],
        ['23:30', '23:30', 300],
      ]),
    )
  })

  it('says what the service did by itself', async () => {
    const { id } = await addRecording(app, { tags })
    const event = {
      action: 'U' as const,
      outcome: 'ok' as const,
      code: null,
      actor_sub: null,
      actor_roles: [],
    }
    await app.db
      .insertInto('audit_event')
      .values(
        ['recording.decoded', 'recording.audio_replaced'].map((type) => ({
          ...{ ...event, id: crypto.randomUUID(), occurred_at: app.clock.now(), type, recording_id: id },
          ...{ playback_id: null, purpose: null, case_ref: null, request_id: null, detail: '{}' },
        })),
      )
      .execute()
    const lines = await accesses(member, id)
    expect(new Set(lines.map(({ action, task }: Record<string, string>) => `${action} ${task}`))).toEqual(
      new Set(['automatic prepared', 'automatic silenced']),
    )
  })
})

const wanted = {
  ...{ entity: 'hmbs', withheldUntil: '2026-12-31', reviewBy: '2026-12-10' },
  necessity: 'The suspect would destroy what is looked for.',
  proportionality: 'Only the lines of this case, for six weeks.',
}

describe('lines of an open investigation', () => {
  it('T48: are withheld once two officers agree, alarm past their review, and appear afterwards with their own time', async () => {
    const { id } = await addRecording(app, { tags })
    await investigate(id, 'F-1')
    await investigate(id, 'F-2')
    await app.hear(agent, id)
    await auditOf(app, id, 6)
    const rolesSeen = async () =>
      (await accesses(member, id))
        .flatMap(({ roles }: { roles: string[] }) => roles)
        .toSorted((a: string, b: string) => a.localeCompare(b))

    const asked = await app.call(officer, 'POST', '/v1/withheld-accesses', { ...wanted, caseRef: 'F-1' })
    expect(asked.status).toBe(201)
    expect(asked.body).toMatchObject({ state: 'asked', approveBy: '2026-11-29', reviewOverdue: false })
    const shown = async () =>
      (await app.call(officer, 'GET', '/v1/withheld-accesses')).body.items.find(
        ({ id: one }: { id: string }) => one === asked.body.id,
      )
    expect(await rolesSeen()).toEqual(['agent', 'fraud_analyst', 'fraud_analyst'])
    const approval = `/v1/withheld-accesses/${asked.body.id}/approval`
    expect((await app.call(officer, 'POST', approval)).body.code).toBe('second_person_required')
    expect((await app.call(second, 'POST', approval)).status).toBe(200)
    expect((await app.call(second, 'POST', approval)).body.code).toBe('not_open')
    // The other case is not part of it; officers still see all, and until when.
    expect(await rolesSeen()).toEqual(['agent', 'fraud_analyst'])
    const forOfficers = await accesses(officer, id)
    expect(forOfficers.find(({ caseRef }: { caseRef: string }) => caseRef === 'F-1')).toMatchObject({
      withheldUntil: '2026-12-31',
    })

    expect(await raise()).toMatchObject({ withheld_overdue: 0 })
    app.clock.set('2026-12-11T08:00:00Z')
    expect(await raise()).toMatchObject({ withheld_overdue: 1 })
    expect(await shown()).toMatchObject({ state: 'withheld', reviewOverdue: true })
    await raise()
    const told = await app.noticesOf('withholding_review_overdue')
    expect(told).toMatchObject([
      { role: 'privacy_officer', entity: 'hmbs', facts: { reviewBy: '2026-12-10' } },
    ])
    expect(JSON.stringify(told)).not.toContain('F-1')
    const review = await app.call(second, 'POST', `/v1/withheld-accesses/${asked.body.id}/review`, {
      ...{ outcome: 'keep', note: 'the investigation goes on', reviewBy: '2026-12-31' },
    })
    expect(review.body).toMatchObject({ reviewBy: '2026-12-31', reviewedBy: second.sub })
    expect(await raise()).toMatchObject({ withheld_overdue: 0 })

    app.clock.set('2026-12-31T22:59:59Z')
    expect(await rolesSeen()).toEqual(['agent', 'fraud_analyst'])
    app.clock.set('2026-12-31T23:00:00Z')
    expect(await rolesSeen()).toEqual(['agent', 'fraud_analyst', 'fraud_analyst'])
    expect(await shown()).toMatchObject({ state: 'over', reviewOverdue: false })
    expect((await accesses(member, id)).map(({ firstAt }: { firstAt: string }) => firstAt)).toEqual(
      Array(3).fill('2026-11-22T11:00:00.000Z'),
    )
  })

  it('appear at once when an officer lifts it, and what was heard for no investigation is never withheld', async () => {
    const { id } = await addRecording(app, { tags })
    await investigate(id, 'C-1')
    await app.hear(agent, id)
    await auditOf(app, id, 4)
    const asked = await app.call(officer, 'POST', '/v1/withheld-accesses', { ...wanted, caseRef: 'C-1' })
    await app.call(second, 'POST', `/v1/withheld-accesses/${asked.body.id}/approval`)
    // The agent declared the same reference, for a contract.
    expect(await accesses(member, id)).toMatchObject([{ roles: ['agent'] }])
    const lift = { outcome: 'lift', note: 'the investigation is over' }
    expect(
      (await app.call(officer, 'POST', `/v1/withheld-accesses/${asked.body.id}/review`, lift)).status,
    ).toBe(200)
    expect(await accesses(member, id)).toHaveLength(2)
  })

  it('need reasons, an end, a review and an officer of the entity; a proposal ends after a week', async () => {
    const ask = (changes: object, who: object = officer) =>
      app.call(who as never, 'POST', '/v1/withheld-accesses', { ...wanted, caseRef: 'F-9', ...changes })
    const wrong = async (changes: object) => (await ask(changes)).body.errors[0].field
    expect(await wrong({ necessity: 'because' })).toBe('necessity')
    expect(await wrong({ withheldUntil: '2027-11-23' })).toBe('withheldUntil')
    expect(await wrong({ reviewBy: '2027-01-01' })).toBe('reviewBy')
    expect(await wrong({ entity: 'hmbs-advies' })).toBe('entity')
    for (const who of [persons.auditor(), analyst, agent, member])
      expect((await ask({}, who)).status).toBe(403)
    const { id } = (await ask({})).body
    app.clock.advance(8 * DAY)
    expect((await app.call(second, 'POST', `/v1/withheld-accesses/${id}/approval`)).body.code).toBe(
      'not_open',
    )
    const listed = await app.call(persons.auditor(), 'GET', '/v1/withheld-accesses')
    const found = listed.body.items.find((one: { id: string }) => one.id === id)
    expect(found).toMatchObject({ approvedBy: null, askedBy: officer.sub, state: 'lapsed' })
    expect(found.approveBy).toBe('2026-11-29')
  })
})

describe('the name of who listened', () => {
  const heardBy = async (claims: object) => {
    const { id } = await addRecording(app, { tags })
    await app.hear(claims as never, id)
    await auditOf(app, id, 2)
    const [line] = await accesses(member, id)
    return { id, line: line.id as string }
  }
  const ask = (who: object, { id, line }: { id: string; line: string }) =>
    app.call(who as never, 'POST', `/v1/recordings/${id}/accesses/${line}/name-request`, {
      reason: 'I know her',
    })
  const balance = 'The member is the sister of the person who listened.'
  const asked = async ({ line }: { line: string }) =>
    (await app.call(officer, 'GET', '/v1/name-requests')).body.items.find(
      ({ accessId }: { accessId: string }) => accessId === line,
    )
  const decide = (who: object, id: string, body: object) =>
    app.call(who as never, 'POST', `/v1/name-requests/${id}/decision`, { balance, ...body })
  const approve = (who: object, id: string, yes = true) =>
    app.call(who as never, 'POST', `/v1/name-requests/${id}/approval`, { approve: yes })

  it('T38: is hidden until two officers, neither of them that person, have weighed it', async () => {
    const heard = await heardBy(agent)
    const answered = await ask(member, heard)
    expect([answered.status, answered.text.includes('agent-1')]).toEqual([201, false])
    expect((await ask(member, heard)).body.code).toBe('not_open')
    expect(await accesses(member, heard.id)).toMatchObject([{ nameRequest: 'open' }])
    const { id, listener } = await asked(heard)
    expect(listener).toBe('agent-1')
    const accomplice = { ...officer, sub: 'agent-1' }
    expect((await decide(accomplice, id, { decision: 'refuse' })).body.code).toBe('second_person_required')
    expect((await decide(officer, id, { decision: 'reveal', name: 'Anna' })).body.state).toBe('proposed')
    const [proposed] = await accesses(member, heard.id)
    expect([proposed.nameRequest, proposed.name]).toEqual(['open', undefined])
    expect((await approve(officer, id)).body.code).toBe('second_person_required')
    expect((await approve(second, id)).body.state).toBe('revealed')
    expect(await accesses(member, heard.id)).toMatchObject([{ nameRequest: 'revealed', name: 'Anna' }])
    expect(await app.noticesOf('name_answered')).toMatchObject([{ member_ref: 'M-1001' }])
    const written = [
      ...(await app.auditOfType('name_request.decided')),
      ...(await app.auditOfType('name_request.approved')),
    ]
    expect(JSON.stringify(written.map(({ detail }) => detail))).not.toContain('Anna')
  })

  it('stays hidden when one officer refuses, or the second does not agree', async () => {
    const first = await heardBy(agent)
    await ask(member, first)
    await decide(officer, (await asked(first)).id, { decision: 'refuse' })
    expect(await accesses(member, first.id)).toMatchObject([{ nameRequest: 'refused' }])
    const other = await heardBy(agent)
    await ask(member, other)
    const { id } = await asked(other)
    await decide(officer, id, { decision: 'reveal', name: 'Anna' })
    await approve(second, id, false)
    const [line] = await accesses(member, other.id)
    expect([line.nameRequest, line.name]).toEqual(['refused', undefined])
  })

  it('is asked for anew when no second officer judged the proposal within seven days', async () => {
    const heard = await heardBy(agent)
    await ask(member, heard)
    const { id } = await asked(heard)
    await decide(officer, id, { decision: 'reveal', name: 'Anna' })
    app.clock.advance(7 * DAY)
    expect((await approve(second, id)).body.code).toBe('not_open')
    expect(await asked(heard)).toMatchObject({ state: 'open', name: null, decidedBy: null })
    expect((await decide(second, id, { decision: 'refuse' })).body).toMatchObject({
      state: 'refused',
      name: null,
      decidedBy: second.sub,
    })
  })

  it('is forgotten with the recording', async () => {
    const heard = await heardBy(agent)
    await ask(member, heard)
    await app.db.transaction().execute((tx) => forgetRequests(tx, [heard.id], app.clock.now()))
    expect(await asked(heard)).toBeUndefined()
  })

  it('is asked of lines that the member sees, by that member only', async () => {
    const heard = await heardBy(agent)
    expect((await ask(persons.member('M-2'), heard)).body.code).toBe('not_found')
    expect((await ask(officer, heard)).body.code).toBe('not_found')
    expect((await ask(member, { ...heard, line: crypto.randomUUID() })).body.code).toBe('not_found')
    for (const who of [agent, member, persons.operator()])
      expect((await app.call(who, 'GET', '/v1/name-requests')).status).toBe(403)
    const { id } = await addRecording(app, { tags })
    await app.hear(member, id, '')
    await auditOf(app, id, 2)
    const [own] = await accesses(member, id)
    expect([own.byYou, (await ask(member, { id, line: own.id })).body.code]).toEqual([true, 'not_found'])
  })
})

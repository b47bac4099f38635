import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { persons } from '../../support/tokens.ts'
import {
  agent,
  FRAUD,
  grant,
  LEGAL,
  petra,
  pim,
  type RequestsApp,
  refuse,
  startRequestsApp,
  TEXT,
  TRAINING,
} from './requests-app.ts'

let app: RequestsApp

beforeAll(async () => {
  app = await startRequestsApp()
})
beforeEach(() => app.begin(NOW))
afterAll(async () => {
  await app.close()
})

const NOW = '2026-03-05T10:00:00Z'

describe('a decision', () => {
  it('T22: a refusal without reason, text or person does not exist, and one with them names where to complain', async () => {
    const { id, member } = await app.asked(['access'])
    for (const [decision, field] of [
      [{ type: 'access', outcome: 'refused', text: TEXT }, 'reason'],
      [{ type: 'access', outcome: 'refused', reason: 'LegallyExempted' }, 'decisions[0].text'],
      [{ type: 'access', outcome: 'refused', reason: 'LegallyExempted', text: ' ' }, 'decisions[0].text'],
      [{ type: 'access', outcome: 'refused', reason: 'Because', text: TEXT }, 'decisions[0].reason'],
      [{ type: 'access', outcome: 'granted', reason: 'LegallyExempted', text: TEXT }, 'reason'],
      [refuse('access', 'LegallyExempted', { refusedUntil: '2026-01-01' }), 'refusedUntil'],
      [refuse('access', 'IdentityVerificationFailure'), 'reason'],
    ] as const) {
      const answer = await app.decide(id, pim, decision)
      expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, field])
    }
    for (const columns of [{ reason_code: null }, { answer: '' }, { decided_by: null }]) {
      const row = { reason_code: 'LegallyExempted', answer: TEXT, decided_by: 'pim', ...columns }
      const forced = app.db
        .updateTable('privacy_request_item')
        .set({ state: 'refused', ...row })
        .where('request_id', '=', id)
        .execute()
      await expect(forced).rejects.toThrow(/check constraint/)
    }
    await app.decide(id, pim, refuse('access', 'ProcessUnfounded'))
    const seen = await member.see(id)
    const routes = {
      authority: { name: 'Autoriteit Persoonsgegevens', url: expect.stringContaining('https://') },
      court: { law: expect.stringContaining('35'), until: '2026-04-16' },
    }
    expect(seen).toMatchObject({ state: 'decided', routes })
    expect(seen.items[0]).toMatchObject({
      ...{ state: 'refused', answer: TEXT, refusal: { code: 'ProcessUnfounded', routes } },
    })
    expect(seen.items[0]).not.toHaveProperty('decidedBy')
    expect(await app.noticesOf(id)).toEqual(['request_decided', 'request_received'])
  })

  it('T24: a program decides nothing, whatever its roles', async () => {
    const { id } = await app.asked(['access'])
    const programs = [
      persons.privacyOfficer({ sub: 'refuser', client_id: 'refuser' }),
      persons.privacyOfficer({ sub: 'refuser', azp: 'refuser' }),
      persons.privacyOfficer({ roles: ['privacy_officer', 'recorder'] }),
    ]
    for (const claims of programs) {
      const answer = await app.decide(id, claims, refuse('access', 'ProcessUnfounded'))
      expect([answer.status, answer.body.code]).toEqual([422, 'human_required'])
    }
    const named = await app.decide(id, pim, { ...refuse('access', 'ProcessUnfounded'), decidedBy: 'robot' })
    expect(named.status).toBe(422)
    app.clock.set('2027-03-05T10:00:00Z')
    await app.tend()
    await app.remind()
    const { body } = await app.send('GET', `/v1/privacy-requests/${id}`, pim)
    expect([body.state, body.items[0].state]).toEqual(['received', 'open'])
  })

  test('is for officers of the company, and not about a call of another company', async () => {
    const member = app.newMember()
    const [here, there] = [
      await member.call([TRAINING]),
      await member.call([TRAINING], { entity: 'hmbs-advies' }),
    ]
    const { body } = await member.file({ types: ['access'] })
    const other = persons.privacyOfficer({ sub: 'privacy-9', entity: ['hmbs-advies'] })
    for (const claims of [member.claims, agent, persons.coach()])
      expect((await app.decide(body.id, claims, grant('access'))).status).toBeGreaterThanOrEqual(403)
    const first = (await app.decide(body.id, pim, grant('access'))).body
    expect(first.counts).toMatchObject({ open: 1, waiting: 1 })
    const open = first.items.find(({ recordingId }: { recordingId: string }) => recordingId === there)
    expect((await app.decide(body.id, pim, grant('access', { items: [open.n] }))).status).toBe(422)
    expect((await app.decide(body.id, pim, grant('access'))).body.code).toBe('not_open')
    expect((await app.decide(body.id, other, grant('access'))).body.state).toBe('decided')
    expect([await app.locksOf(here), await app.locksOf(there)]).toEqual([1, 1])
  })

  it('T27: an objection is not granted against a contract, and training is not up for weighing', async () => {
    const contract = { purpose: 'contract_performance', retainUntil: '2027-01-15' }
    const { id, call } = await app.asked(['objection'], [contract, TRAINING, FRAUD], {
      purposes: ['contract_performance', 'training_coaching', 'fraud_prevention'],
    })
    expect(await app.tagsOf(call)).toEqual({
      contract_performance: 'active',
      training_coaching: 'objected',
      fraud_prevention: 'suspended',
    })
    const wrong = await app.decide(id, pim, grant('objection', { purposes: ['contract_performance'] }))
    expect([wrong.status, wrong.body.code]).toEqual([409, 'right_not_available'])
    const late = await app.decide(id, pim, refuse('objection', 'LegitimateInterestOverride', { items: [3] }))
    expect(late.body.code).toBe('not_open')
    const both = await app.decide(
      id,
      pim,
      refuse('objection', 'ContractPerformanceNecessity', { purposes: ['contract_performance'] }),
      refuse('objection', 'LegitimateInterestOverride', { purposes: ['fraud_prevention'] }),
    )
    expect(both.body.counts).toMatchObject({ open: 0, refused: 2, executed: 1 })
    // Only what nobody wrote is there in English too.
    expect(both.body.items.map(({ answerEn }: { answerEn: string | null }) => answerEn)).toEqual(
      expect.arrayContaining([null, expect.stringContaining('do not use this call for training')]),
    )
    expect((await app.tagsOf(call)).fraud_prevention).toBe('active')
  })

  test('that upholds an objection ends the purpose for good', async () => {
    const { id, call } = await app.asked(['objection'], [FRAUD, { purpose: 'contract_performance' }])
    expect(await app.tagsOf(call)).toMatchObject({
      fraud_prevention: 'suspended',
      contract_performance: 'active',
    })
    const { body } = await app.decide(id, pim, grant('objection'))
    expect(body).toMatchObject({ state: 'fulfilled', items: [{ state: 'granted', result: 'objected' }] })
    expect((await app.tagsOf(call)).fraud_prevention).toBe('objected')
    expect(await app.locksOf(call)).toBe(0)
  })

  test('all of it or nothing: one that the law forbids leaves the others undone', async () => {
    const { id, call } = await app.asked(['erasure'], [TRAINING, LEGAL])
    const answer = await app.decide(
      id,
      pim,
      grant('erasure', { purposes: ['training_coaching'] }),
      grant('erasure', { purposes: ['legal_obligation'] }),
    )
    expect([answer.status, answer.body.code]).toEqual([409, 'right_not_available'])
    expect((await app.tagsOf(call)).training_coaching).toBe('active')
  })

  test('on the grounds of Art. 41 UAVG waits for a second officer, and tips nobody off', async () => {
    const { id, member } = await app.asked(['access'])
    const uavg41 = {
      necessity: 'Onderzoek loopt.',
      proportionality: 'Alleen dit gesprek.',
      reviewOn: '2026-06-01',
    }
    const plain = await app.decide(id, pim, refuse('access', 'CrimeInvestigationImpaired'))
    expect(plain.body.errors[0].field).toBe('uavg41')
    const far = { ...uavg41, reviewOn: '2027-06-01' }
    const tooFar = await app.decide(id, pim, refuse('access', 'CrimeInvestigationImpaired', { uavg41: far }))
    expect(tooFar.status).toBe(422)
    const proposed = await app.decide(id, pim, refuse('access', 'CrimeInvestigationImpaired', { uavg41 }))
    expect(proposed.body).toMatchObject({
      counts: { proposed: 1, refused: 0 },
      items: [{ state: 'proposed' }],
    })
    const seen = await member.see(id)
    expect(seen.items[0]).toMatchObject({ state: 'open', answer: null, refusal: null })
    expect(JSON.stringify(seen)).not.toContain('Onderzoek')
    expect(seen.steps.map(({ type }) => type)).toEqual(['received'])
    const own = await app.act(id, 'approval', pim, { approve: true, note: 'akkoord' })
    expect([own.status, own.body.code]).toEqual([403, 'second_person_required'])
    const declined = await app.act(id, 'approval', petra, { approve: false, note: 'te weinig' })
    expect(declined.body.counts).toMatchObject({ open: 1, proposed: 0 })
    await app.decide(id, pim, refuse('access', 'CrimeInvestigationImpaired', { uavg41 }))
    const approved = await app.act(id, 'approval', petra, { approve: true, note: 'akkoord' })
    expect(approved.body).toMatchObject({ state: 'decided', counts: { refused: 1 } })
    const told = await member.see(id)
    expect(told.items[0]?.refusal?.code).toBe('CrimeInvestigationImpaired')
    expect(JSON.stringify(told)).not.toContain('Onderzoek')
    expect(told.steps.map(({ type }) => type)).toEqual(['received', 'decided'])
  })

  test('a proposal that nobody judged in a week is none any more', async () => {
    const { id } = await app.asked(['access'])
    const uavg41 = { necessity: 'n', proportionality: 'p', reviewOn: '2026-06-01' }
    await app.decide(id, pim, refuse('access', 'CrimeInvestigationImpaired', { uavg41 }))
    app.clock.set('2026-03-12T10:01:00Z')
    await app.tend()
    const { body } = await app.send('GET', `/v1/privacy-requests/${id}`, pim)
    expect(body.counts).toMatchObject({ open: 1, proposed: 0 })
  })

  it('T48: a restriction of rights past its day of review alarms until somebody looks again', async () => {
    const { id } = await app.asked(['access'])
    const uavg41 = { necessity: 'n', proportionality: 'p', reviewOn: '2026-06-01' }
    await app.decide(id, pim, refuse('access', 'CrimeInvestigationImpaired', { uavg41 }))
    await app.act(id, 'approval', petra, { approve: true, note: 'akkoord' })
    app.clock.set('2026-06-01T10:00:00Z')
    const before = (await app.remind()).review_due ?? 0
    app.clock.set('2026-06-02T10:00:00Z')
    const due = (await app.remind()).review_due ?? 0
    expect(due).toBeGreaterThan(before)
    expect(await app.noticesOf(id, 'officer')).toContain('request_review_due')
    expect((await app.decide(id, pim, grant('access', { items: [1] }))).body.state).toBe('decided')
    expect((await app.remind()).review_due).toBe(due - 1)
  })

  it('T48: what was refused until a day is given after it', async () => {
    const { id, call, member } = await app.asked(['access'], [FRAUD])
    await app.decide(id, pim, refuse('access', 'ThirdPartyRightsImpaired', { refusedUntil: '2026-05-01' }))
    expect(await app.locksOf(call)).toBe(0)
    app.clock.set('2026-05-01T21:59:00Z')
    await app.tend()
    expect((await member.see(id)).items[0]?.state).toBe('refused')
    app.clock.set('2026-05-01T22:01:00Z')
    await app.tend()
    expect((await member.see(id)).items[0]).toMatchObject({ state: 'granted', refusal: null })
    expect(await app.locksOf(call)).toBe(1)
  })
})

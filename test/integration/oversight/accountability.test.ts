import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { persons } from '../../support/tokens.ts'
import { addRecording, auditOf } from '../listening/listening-app.ts'
import { accounting, agent, type OversightApp, officer, second, startOversightApp } from './oversight-app.ts'

const auditor = persons.auditor()
const tags = [{ purpose: 'contract_performance' }]

let app: OversightApp
beforeAll(async () => {
  app = await startOversightApp({ also: accounting })
})
afterAll(() => app.close())

const supplier = (legal_name: string, valid_until: string, purposes: string[], entities = ['hmbs']) => ({
  ...{ id: randomUUID(), legal_name, country: 'NL', type: 'processor' as const, agreement_ref: 'VO-1' },
  ...{ valid_from: '2026-01-01', valid_until, purposes, products: [], entities },
  ...{ changed_by: 'privacy-1', changed_at: app.clock.now() },
})

describe('the record of processing activities', () => {
  it('has every purpose of the rules in force, with ground, periods in words, and who receives', async () => {
    await app.db
      .insertInto('supplier')
      .values([
        supplier('Hosting B.V.', '2026-12-31', ['contract_performance', 'fraud_prevention']),
        supplier('Voorbij B.V.', '2026-11-21', ['contract_performance']),
        supplier('Elders B.V.', '2026-12-31', ['contract_performance'], ['hmbs-advies']),
      ])
      .execute()
    const { status, body, text } = await app.call(officer, 'GET', '/v1/processing-record')
    expect([status, body.rulesVersion, body.contact]).toEqual([200, 7, 'fg@hmbs.example'])
    expect(body.controllers).toEqual(['hmbs'])
    const byPurpose = Object.fromEntries(
      body.activities.map((one: { purpose: string }) => [one.purpose, one]),
    )
    // Purposes that no recording may carry are no processing of recordings.
    expect(new Set(Object.keys(byPurpose))).toEqual(
      new Set([
        ...['contract_performance', 'fraud_prevention', 'legal_obligation', 'service_quality'],
        'training_coaching',
      ]),
    )
    expect(byPurpose.training_coaching).toMatchObject({
      legalBasis: 'legitimate_interests',
      legalBasisIri: 'https://w3id.org/dpv/legal/eu/gdpr#A6-1-f',
      purposeIri: 'https://w3id.org/dpv#PersonnelManagement',
      listeners: ['coach'],
      retention: [{ rule: 'training@1', words: { nl: '6 maanden na het einde van het gesprek' } }],
    })
    expect(byPurpose.training_coaching.retention[0].products).toContain('car')
    const fraud = byPurpose.fraud_prevention.retention.map((one: { rule: string }) => one.rule)
    expect(fraud).toContain('fraud-case@1')
    expect(byPurpose.fraud_prevention).toMatchObject({
      listeners: ['fraud_analyst'],
      suppliers: ['Hosting B.V.'],
    })
    expect(body.suppliers.map((one: { name: string }) => one.name)).toEqual(['Hosting B.V.'])
    expect(body.measures.length).toBeGreaterThan(4)
    expect(text).not.toContain('privacy-1')
  })
})

describe('the facts for an impact assessment', () => {
  it('count what is sensitive, who listened for what, what is late and what was out of the ordinary', async () => {
    const startedAt = new Date('2026-01-01T10:00:00Z')
    const made = [
      await addRecording(app, { tags, memberRef: 'M-77' }),
      await addRecording(app, { tags, sensitivity: ['health', 'minor'] }),
      await addRecording(app, { tags, sensitivity: ['health'], startedAt, dueAt: new Date('2026-06-01') }),
      await addRecording(app, { tags, sensitivity: ['health'], entity: 'hmbs-advies' }),
    ]
    const [first] = made
    const started = await app.call(agent, 'POST', `/v1/recordings/${first?.id}/playbacks`, {
      ...{ purpose: 'contract_performance', caseRef: 'C-9' },
    })
    // A player that asks for two ranges has listened once.
    for (let n = 0; n < 2; n++) await app.call(agent, 'GET', started.body.audioUrl)
    await app.call(persons.member('M-77'), 'GET', `/v1/recordings/${first?.id}/copy`)
    const emergency = { recordingId: made[1]?.id, reason: 'a life may depend on what was said' }
    expect((await app.call(agent, 'POST', '/v1/break-glass', emergency)).status).toBe(201)
    await auditOf(app, first?.id ?? '', 5)

    app.clock.advance(1000)
    const { status, body, text } = await app.call(auditor, 'GET', '/v1/dpia-facts')
    expect([status, body]).toMatchObject([
      200,
      {
        ...{ from: '2026-08-21T22:00:00.000Z', to: '2026-11-22T11:00:01.000Z', stored: 3, overdue: 1 },
        ...{ holdsPastReview: 0, openHolds: 0, restricted: 0 },
        volumes: [
          { sensitivity: 'health', recordings: 2 },
          { sensitivity: 'minor', recordings: 1 },
        ],
        emergencies: [{ name: 'not_reviewed', count: 1 }],
        anomalies: [],
      },
    ])
    expect(body.accesses).toHaveLength(2)
    expect(body.accesses).toContainEqual({ roles: ['member'], purpose: null, act: 'copied', times: 1 })
    expect(body.accesses).toContainEqual({
      ...{ roles: ['agent'], purpose: 'contract_performance', act: 'listened', times: 1 },
    })
    expect(text).not.toMatch(/M-77|agent-1|C-9/)
    const earlier = await app.call(second, 'GET', '/v1/dpia-facts?from=2026-01-01&to=2026-06-30')
    expect(earlier.body).toMatchObject({ accesses: [], emergencies: [], to: '2026-06-30T22:00:00.000Z' })
    const reversed = await app.call(second, 'GET', '/v1/dpia-facts?from=2026-07-01&to=2026-06-30')
    expect(reversed.body.errors[0].field).toBe('to')
  })
})

it('both are for privacy officers and auditors only, and reading them is on record', async () => {
  for (const path of ['/v1/processing-record', '/v1/dpia-facts']) {
    for (const who of [persons.operator(), persons.recordsManager(), agent, persons.member('M-1')])
      expect([path, (await app.call(who, 'GET', path)).status]).toEqual([path, 403])
  }
  const read = await app.auditOfType('accountability.dpia_facts_read')
  expect(read.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['ok', 'denied']))
})

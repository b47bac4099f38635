import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { persons } from '../../support/tokens.ts'
import { addRecording, auditOf } from '../listening/listening-app.ts'
import { accounting, type OversightApp, officer, startOversightApp } from './oversight-app.ts'

const DAY = { from: '2026-11-22', to: '2026-11-22' }
const thief = persons.agent({ sub: 'agent-stolen' })
const tags = [{ purpose: 'contract_performance' }]

let app: OversightApp
let ids: string[] = []
beforeAll(async () => {
  app = await startOversightApp({ also: accounting })
  // Two calls of one member, one of another, one of another entity, and one that somebody else heard.
  const wanted = [
    { memberRef: 'M-1', tags },
    { memberRef: 'M-1', tags, sensitivity: ['payment'] },
    { memberRef: 'M-2', tags, sensitivity: ['payment', 'minor'] },
    { memberRef: 'M-3', tags, entity: 'hmbs-advies' },
    { memberRef: 'M-4', tags },
  ]
  ids = await Promise.all(wanted.map(async (one) => (await addRecording(app, one)).id))
  const both = { ...thief, entity: ['hmbs', 'hmbs-advies'] }
  for (const id of ids.slice(0, 4)) expect((await app.hear(both, id)).status).toBe(200)
  app.clock.advance(60_000)
  await app.hear(both, ids[0] ?? '')
  await app.hear(persons.agent({ sub: 'agent-honest' }), ids[4] ?? '')
  for (const id of ids) await auditOf(app, id, 2)
  await auditOf(app, ids[0] ?? '', 4)
})
afterAll(() => app.close())

const report = (claims: object, body: object) =>
  app.call(claims as never, 'POST', '/v1/breach-reports', { ...DAY, ...body })
const members = (claims: object, body: object) =>
  app.call(claims as never, 'POST', '/v1/breach-reports/members', { ...DAY, ...body })

describe('the figures of a breach', () => {
  it('are those of one account in a time, for the entities of the officer', async () => {
    const { status, body, text } = await report(officer, { actor: 'agent-stolen' })
    expect([status, body]).toMatchObject([
      200,
      {
        ...{ recordings: 3, members: 2, recordingsWithoutMember: 0, heard: 3, copied: 0, changed: 0 },
        // Calls of 300 seconds, one of them heard twice.
        ...{ streamedSeconds: 1200, copies: 0, lists: 0, awareAt: null, notifyBy: null },
        ...{ firstAt: '2026-11-22T11:00:00.000Z', lastAt: '2026-11-22T11:01:00.000Z' },
        sensitivities: [
          { sensitivity: 'minor', recordings: 1, members: 1 },
          { sensitivity: 'not_assessed', recordings: 1, members: 1 },
          { sensitivity: 'payment', recordings: 2, members: 2 },
        ],
      },
    ])
    expect(text).not.toMatch(/M-\d/)
  })

  it('are those of all entities for an auditor, and of everybody without an account', async () => {
    expect((await report(persons.auditor(), { actor: 'agent-stolen' })).body).toMatchObject({ recordings: 4 })
    expect((await report(persons.auditor(), {})).body).toMatchObject({ recordings: 5, members: 4 })
    const some = await report(officer, { recordingIds: [ids[4]] })
    expect(some.body).toMatchObject({ recordings: 1, streamedSeconds: 300 })
    const before = await report(officer, { from: '2026-11-20', to: '2026-11-21' })
    expect(before.body).toMatchObject({ recordings: 0, members: 0, firstAt: null, sensitivities: [] })
  })

  it('are those of one listening session', async () => {
    const member = persons.member('M-2')
    const started = await app.call(member, 'POST', `/v1/recordings/${ids[2]}/playbacks`, {})
    await app.call(member, 'GET', started.body.audioUrl)
    const { body } = await report(officer, { sessionRef: started.body.id })
    expect(body).toMatchObject({ recordings: 1, members: 1, heard: 1 })
  })

  it('count what was asked for when the end of a delivery was never written', async () => {
    const { id } = await addRecording(app, { memberRef: 'M-5' })
    const detail = JSON.stringify({ stream: 'cut', offset: 0, length: 500, of: 1000 })
    await app.db
      .insertInto('audit_event')
      .values({
        ...{
          id: crypto.randomUUID(),
          occurred_at: app.clock.now(),
          type: 'recording.audio_opened',
          action: 'R',
        },
        ...{ outcome: 'ok', code: null, actor_sub: 'agent-cut', actor_roles: ['agent'], recording_id: id },
        ...{ playback_id: null, purpose: null, case_ref: null, request_id: null, detail },
      })
      .execute()
    expect((await report(officer, { actor: 'agent-cut' })).body).toMatchObject({ streamedSeconds: 150 })
  })

  it('have the moment of the notification, 72 hours by the clock, also over the change of the hour', async () => {
    app.clock.set('2027-03-29T09:00:00Z')
    const body = { from: '2026-11-22', to: '2027-03-29', awareAt: '2027-03-26T18:00:00+01:00' }
    expect((await report(officer, body)).body).toMatchObject({
      awareAt: '2027-03-26T17:00:00.000Z',
      // 20:00 of a Monday in summer time: a weekend does not stop the clock.
      notifyBy: '2027-03-29T17:00:00.000Z',
    })
    const future = await report(officer, { ...body, awareAt: '2027-03-29T09:00:01Z' })
    expect([future.status, future.body.errors[0].field]).toEqual([400, 'awareAt'])
    expect((await report(officer, { from: '2026-11-23', to: '2026-11-21' })).body.errors[0].field).toBe('to')
  })
})

describe('the members of a breach', () => {
  it('are listed for officers, a page at a time, each once', async () => {
    const first = await members(officer, { actor: 'agent-stolen', limit: 1 })
    expect(first.body.items).toMatchObject([
      {
        ...{ memberRef: 'M-1', entities: ['hmbs'], recordings: 2, heard: true, copied: false },
        sensitivities: ['not_assessed', 'payment'],
      },
    ])
    const { nextCursor: cursor } = first.body
    const next = await members(officer, { actor: 'agent-stolen', limit: 1, cursor })
    expect(next.body).toMatchObject({ items: [{ memberRef: 'M-2', recordings: 1 }], nextCursor: null })
  })

  it('are for nobody else, and both questions are on record without whom they were about', async () => {
    expect((await members(persons.auditor(), {})).body.code).toBe('forbidden')
    for (const who of [persons.operator(), persons.agent(), persons.recordsManager(), persons.member('M-1')])
      expect((await report(who, {})).status).toBe(403)
    const written = [
      ...(await app.auditOfType('breach.reported')),
      ...(await app.auditOfType('breach.members_listed')),
    ]
    expect(written.some(({ outcome }) => outcome === 'denied')).toBe(true)
    expect(
      written.find(({ outcome, actor_sub }) => outcome === 'ok' && actor_sub === officer.sub),
    ).toBeDefined()
    expect(JSON.stringify(written.map(({ detail }) => detail))).not.toMatch(/M-\d|agent-/)
  })
})

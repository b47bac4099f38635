import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { persons } from '../../support/tokens.ts'
import { addRecording, asMember, auditOf, bearer } from '../listening/listening-app.ts'
import { agent, type OversightApp, startOversightApp } from './oversight-app.ts'

let app: OversightApp
beforeAll(async () => {
  app = await startOversightApp()
})
afterAll(() => app.close())

const accesses = (id: string) => app.call(persons.member('M-1001'), 'GET', `/v1/recordings/${id}/accesses`)

test('T15: after three seeks the seconds heard are those of every range that was sent', async () => {
  // 1,000 bytes for a call of 300 seconds: 300 bytes are 90 seconds.
  const { id } = await addRecording(app)
  const started = await app.call(persons.member('M-1001'), 'POST', `/v1/recordings/${id}/playbacks`, {})
  for (const range of ['bytes=0-99', 'bytes=500-599', 'bytes=900-999']) {
    const answer = await fetch(app.url + started.body.audioUrl, { headers: { ...asMember(app), range } })
    expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([206, 100])
  }
  // Viewed, started, and three times opened and delivered.
  const events = await auditOf(app, id, 7)
  expect(events.filter(({ type }) => type === 'recording.audio_opened')).toHaveLength(3)
  expect((await accesses(id)).body.items).toMatchObject([{ action: 'listened', heardSeconds: 90 }])
})

test('T36: while the audit log cannot be written no byte of audio leaves', async () => {
  const { id, audio } = await addRecording(app)
  const client = new pg.Client({ connectionString: app.databaseUrl })
  await client.connect()
  await client.query('begin; lock table audit_event in access exclusive mode')
  const answer = await fetch(`${app.url}/v1/recordings/${id}/audio`, { headers: asMember(app) })
  const sent = Buffer.from(await answer.arrayBuffer())
  expect([answer.status, sent.includes(audio.subarray(0, 16))]).toEqual([503, false])
  await client.query('rollback')
  await client.end()
  const after = await fetch(`${app.url}/v1/recordings/${id}/audio`, { headers: asMember(app) })
  expect(Buffer.from(await after.arrayBuffer()).equals(audio)).toBe(true)
})

test('T38: the member sees when, in which role and for what somebody listened, and no name of staff', async () => {
  const { id } = await addRecording(app, { tags: [{ purpose: 'contract_performance' }] })
  await app.hear(agent, id)
  await auditOf(app, id, 2)
  const { body, text } = await accesses(id)
  expect(body.items).toMatchObject([
    { firstAt: '2026-11-22T11:00:00.000Z', roles: ['agent'], purpose: 'contract_performance', byYou: false },
  ])
  expect(text).not.toContain('agent-1')
  expect(text).not.toContain('C-1')
  const officer = await fetch(`${app.url}/v1/recordings/${id}/accesses`, {
    headers: bearer(app, persons.privacyOfficer()),
  })
  expect(await officer.text()).toContain('agent-1')
})

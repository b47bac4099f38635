import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RecordingItemJson } from '../../../src/recordings/present.ts'
import { persons } from '../../support/tokens.ts'
import { addRecording, bearer, type ListeningApp, startListeningApp } from './listening-app.ts'

let app: ListeningApp
let wanted: string
beforeAll(async () => {
  app = await startListeningApp()
  const { id } = await addRecording(app, { memberRef: 'M-7', agentRef: 'A-9' })
  wanted = id
  const other = await addRecording(app, { memberRef: 'M-7', entity: 'hmbs-advies' })
  const training = await addRecording(app, { memberRef: 'M-7', tags: [{ purpose: 'training_coaching' }] })
  for (const linked of [id, other.id, training.id])
    await sql`update recording set links = '{"policy": "P-1", "claim": "S-1", "complaint": "K-1"}'
      where id = ${linked}`.execute(app.db)
})
afterAll(() => app.close())

const analyst = persons.fraudAnalyst()
const CASE = { purpose: 'fraud_prevention', caseRef: 'Z-1' }

async function search(body: unknown, claims = analyst) {
  const response = await fetch(`${app.url}/v1/case-searches`, {
    method: 'POST',
    headers: { ...bearer(app, claims), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as {
    items: RecordingItemJson[]
    code?: string
    errors?: { field: string }[]
  }
  return { status: response.status, answer, cache: response.headers.get('cache-control') }
}

test('who has a case finds its recordings that were made for the purpose, within their companies', async () => {
  for (const reference of [{ policy: 'P-1' }, { claim: ' S-1 ' }, { complaint: 'K-1' }]) {
    const { status, answer, cache } = await search({ ...CASE, ...reference })
    expect([status, answer.items.map(({ id }) => id)]).toEqual([200, [wanted]])
    expect(cache).toBe('private, no-store')
    expect(JSON.stringify(answer)).not.toMatch(/M-7|A-9/)
  }
  expect((await search({ ...CASE, claim: 'P-1' })).answer.items).toEqual([])
})

test('one reference is needed, and no more: a list of many would be browsing', async () => {
  for (const references of [{}, { policy: 'P-1', claim: 'S-1' }]) {
    const { status, answer } = await search({ ...CASE, ...references })
    expect([status, answer.errors?.map(({ field }) => field)]).toEqual([400, ['policy']])
  }
  expect((await search({ ...CASE, policy: ' ' })).status).toBe(400)
  expect((await search({ ...CASE, memberRef: 'M-7' })).status).toBe(400)
  expect((await search({ purpose: 'fraud_prevention', claim: 'S-1' })).status).toBe(400)
})

test('it is for who listens for that purpose, and has signed', async () => {
  for (const claims of [persons.coach(), persons.privacyOfficer(), persons.member('M-7'), persons.agent()])
    expect((await search({ ...CASE, claim: 'S-1' }, claims)).answer.code).toBe('forbidden')
  const unsigned = { ...analyst, confidentiality_signed: false }
  expect((await search({ ...CASE, claim: 'S-1' }, unsigned)).answer.code).toBe('forbidden')
})

test('purpose, case and kind of reference are on record, the reference itself is not', async () => {
  await search({ ...CASE, caseRef: 'Z-on-record', claim: 'S-1' })
  await search({ ...CASE, caseRef: 'Z-on-record', claim: 'S-1' }, persons.coach())
  const rows = await app.db
    .selectFrom('audit_event')
    .select(['type', 'outcome', 'detail'])
    .where('case_ref', '=', 'Z-on-record')
    .orderBy('outcome', 'desc')
    .execute()
  expect(rows).toMatchObject([
    {
      type: 'recording.searched',
      outcome: 'ok',
      detail: { count: 1, filters: ['claim'], purpose: 'fraud_prevention' },
    },
    { outcome: 'denied' },
  ])
  expect(JSON.stringify(rows)).not.toContain('S-1')
})

test('a refusal to play says which condition was not met, and 404 says nothing at all', async () => {
  const play = async (id: string, body: object, claims = analyst) => {
    const response = await fetch(`${app.url}/v1/recordings/${id}/playbacks`, {
      method: 'POST',
      headers: { ...bearer(app, claims), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, text: await response.text() }
  }
  const reason = async (...asked: Parameters<typeof play>) =>
    (JSON.parse((await play(...asked)).text) as { reason?: string }).reason
  expect(await reason(wanted, {})).toBe('purpose_missing')
  expect(await reason(wanted, { purpose: 'fraud_prevention' })).toBe('case_missing')
  expect(await reason(wanted, { purpose: 'contract_performance', caseRef: 'Z' })).toBe('other_purpose')
  expect(await reason(wanted, CASE, { ...analyst, confidentiality_signed: false })).toBe(
    'confidentiality_not_signed',
  )
  expect(await reason(wanted, CASE, { ...analyst, engaged_until: '2020-01-01' })).toBe('engagement_over')
  expect((await play(wanted, CASE)).status).toBe(201)

  const elsewhere = { ...analyst, entity: ['hmbs-verzekeringen'] }
  const unknown = await play(crypto.randomUUID(), CASE, elsewhere)
  const foreign = await play(wanted, CASE, elsewhere)
  expect(foreign).toEqual(unknown)
  expect(foreign).toMatchObject({ status: 404, text: expect.not.stringContaining('reason') })
})

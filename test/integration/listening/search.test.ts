import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RecordingItemJson } from '../../../src/recordings/present.ts'
import { persons } from '../../support/tokens.ts'
import { addRecording, bearer, type ListeningApp, startListeningApp } from './listening-app.ts'

let app: ListeningApp
let wanted: string
beforeAll(async () => {
  app = await startListeningApp()
  wanted = (await addRecording(app, { memberRef: 'M-7', agentRef: 'A-9' })).id
  await sql`update recording set call_id = 'C-42', links = '{"policy": "P-1", "claim": "S-1", "complaint": "K-1"}'
    where id = ${wanted}`.execute(app.db)
  await addRecording(app, { memberRef: 'M-8', restricted: true })
  await addRecording(app, { memberRef: null, status: 'unlinked' })
  await addRecording(app, { memberRef: 'M-7', entity: 'hmbs-advies' })
})
afterAll(() => app.close())

const FILE = { reason: 'complaint', caseRef: 'K-2026-1' }

async function search(body: unknown, claims = persons.privacyOfficer()) {
  const response = await fetch(`${app.url}/v1/recording-searches`, {
    method: 'POST',
    headers: { ...bearer(app, claims), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { items: RecordingItemJson[]; code?: string }
  return { status: response.status, answer, cache: response.headers.get('cache-control') }
}

test('a recording is found by each of its references, within the companies of who looks', async () => {
  for (const reference of [
    { memberRef: 'M-7' },
    { agentRef: 'A-9' },
    { callId: 'C-42' },
    { recordingId: wanted },
    { recordingId: ` ${wanted} ` },
    { policy: 'P-1' },
    { claim: 'S-1' },
    { complaint: 'K-1' },
    { memberRef: 'M-7', policy: 'P-1', status: 'available', purpose: 'training_coaching' },
  ]) {
    const { status, answer, cache } = await search({ ...FILE, ...reference })
    expect([reference, status, answer.items.map(({ id }) => id)]).toEqual([reference, 200, [wanted]])
    expect(cache).toBe('private, no-store')
    expect(answer.items[0]?.memberRef).toBe('M-7')
  }
  for (const reference of [{ recordingId: 'C-42' }, { recordingId: randomUUID() }, { claim: 'P-1' }])
    expect((await search({ ...FILE, ...reference })).answer.items).toEqual([])
})

test('the reason and the file are on record, and who was looked for is not', async () => {
  await search({ ...FILE, caseRef: 'K-on-record', memberRef: 'M-7' })
  const row = await app.db
    .selectFrom('audit_event')
    .select(['type', 'case_ref', 'detail'])
    .where('case_ref', '=', 'K-on-record')
    .executeTakeFirstOrThrow()
  expect(row.type).toBe('recording.searched')
  expect(row.detail).toEqual({ count: 1, filters: ['memberRef'], reason: 'complaint' })
})

test('without a reason, or without the file that the reason needs, nothing is looked for', async () => {
  const refused = [
    {},
    { memberRef: 'M-7' },
    { reason: 'curiosity', caseRef: 'x' },
    { reason: 'complaint' },
    { ...FILE, memberref: 'M-7' },
  ]
  for (const body of refused)
    expect(await search(body)).toMatchObject({ status: 400, answer: { code: 'invalid_request' } })
  expect((await search({ reason: 'retention_check' })).status).toBe(200)
})

test('looking somebody up is for officers and records managers; a refusal is on record', async () => {
  expect((await search(FILE, persons.recordsManager())).status).toBe(200)
  for (const claims of [
    persons.member('M-7'),
    persons.agent(),
    persons.auditor(),
    persons.operator(),
    persons.recorder(),
  ])
    expect((await search({ ...FILE, memberRef: 'M-7' }, claims)).status).toBe(403)
  const denied = await app.db
    .selectFrom('audit_event')
    .select('actor_sub')
    .where('type', '=', 'recording.searched')
    .where('outcome', '=', 'denied')
    .execute()
  expect(denied).toHaveLength(5)
})

test('a list is narrowed to what is restricted, or of no known member', async () => {
  const headers = bearer(app, persons.recordsManager())
  const list = async (query: string) =>
    (
      (await (await fetch(`${app.url}/v1/recordings?${query}`, { headers })).json()) as {
        items: RecordingItemJson[]
      }
    ).items
  expect((await list('restricted=true')).map(({ memberRef }) => memberRef)).toEqual(['M-8'])
  expect((await list('status=unlinked')).map(({ status }) => status)).toEqual(['unlinked'])
  expect(await list('held=true')).toEqual([])
  expect(await list('parked=true')).toEqual([])
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { appendAudit } from '../../../src/audit/append.ts'
import { newId } from '../../../src/kernel/ids.ts'
import {
  agent,
  FRAUD,
  grant,
  pim,
  type RequestsApp,
  refuse,
  startRequestsApp,
  TRAINING,
} from './requests-app.ts'

let app: RequestsApp

beforeAll(async () => {
  app = await startRequestsApp()
  await app.begin('2026-03-05T10:00:00Z')
})
afterAll(() => app.close())

interface Heard {
  readonly recordingId: string
  readonly at: string
  readonly sub?: string
  readonly purpose?: string
  readonly caseRef?: string
}

/** Somebody fetched the sound; without a name, the service itself made it playable. */
const heard = ({ recordingId, at, sub, purpose, caseRef }: Heard) =>
  appendAudit(app.db, {
    ...{ type: sub ? 'recording.audio_opened' : 'recording.decoded', action: sub ? 'E' : 'U' },
    ...{ actor: sub ? { sub, roles: ['agent'] } : null, at: new Date(at), outcome: 'ok', requestId: null },
    ...{ recordingId, purpose, caseRef, detail: { stream: newId(), of: 100, length: 100 } },
  } as never)

type Line = Record<'recordingId' | 'action' | 'firstAt' | 'withheldUntil' | 'actor', string>

test('a granted question who listened is one list over all calls, with the lines that each call shows', async () => {
  const member = app.newMember()
  const [one, other] = [await member.call([TRAINING, FRAUD]), await member.call([FRAUD])]
  const stranger = await app.newMember().call([TRAINING])
  const contract = { sub: 'agent-1', purpose: 'contract_performance', caseRef: 'C-1' }
  const fraud = { sub: 'analyst-1', purpose: 'fraud_prevention', caseRef: 'F-1' }
  await heard({ recordingId: one, at: '2026-03-01T09:00:00Z', ...contract })
  await heard({ recordingId: other, at: '2026-03-01T09:30:00Z', ...contract })
  // The same person, day and purpose: the line of the first call, and not of the second.
  await heard({ recordingId: one, at: '2026-03-01T10:00:00Z', ...contract })
  await heard({ recordingId: other, at: '2026-03-02T09:00:00Z', ...fraud })
  await heard({ recordingId: one, at: '2026-02-01T09:00:00Z' })
  await heard({ recordingId: stranger, at: '2026-03-02T09:00:00Z', ...contract })
  const day = new Date('2026-03-01T00:00:00Z')
  await app.db
    .insertInto('withheld_access')
    .values({
      ...{ id: newId(), entity: 'hmbs', case_ref: 'F-1', necessity: 'needed', proportionality: 'measured' },
      ...{ withheld_until: '2026-06-01', review_by: '2026-05-01', asked_by: 'pim', asked_at: day },
      ...{ approve_until: day, approved_by: 'petra', approved_at: day },
    })
    .execute()

  const { id } = (await member.file({ types: ['audit_view'] })).body
  const list = (claims: object, query = '') =>
    app.send('GET', `/v1/privacy-requests/${id}/accesses${query}`, claims as never)
  expect((await list(member.claims)).body.code).toBe('not_open')
  expect((await app.decide(id, pim, grant('audit_view'))).status).toBe(200)

  const facts = (lines: Line[]) =>
    lines.map(({ recordingId, action, firstAt }) => [recordingId, action, firstAt])
  const all = await list(member.claims)
  expect(facts(all.body.items)).toEqual([
    [one, 'listened', '2026-03-01T09:00:00.000Z'],
    [other, 'listened', '2026-03-01T09:30:00.000Z'],
    [one, 'automatic', '2026-02-01T09:00:00.000Z'],
  ])
  expect(all.body.items[0].callStartedAt).toMatch(/^2026-/)
  expect(all.text).not.toMatch(/agent-1|analyst-1|C-1|F-1/)
  // A page of one line at a time tells the same.
  const walked: Line[] = []
  for (let cursor = ''; ; ) {
    const { body } = await list(member.claims, `?limit=1${cursor}`)
    walked.push(...body.items)
    if (body.nextCursor === null) break
    cursor = `&cursor=${body.nextCursor}`
  }
  expect(walked).toEqual(all.body.items)
  // An officer sees what is withheld too, and until when.
  const told: Line[] = (await list(pim)).body.items
  expect(told.map(({ withheldUntil }) => withheldUntil)).toEqual(['2026-06-01', null, null, undefined])
  expect(told[0]?.actor).toBe('analyst-1')

  expect((await list(app.newMember().claims)).status).toBe(404)
  expect((await list(agent)).status).toBe(404)
  expect((await list(member.claims, '?cursor=x')).body.errors[0].field).toBe('cursor')
  expect((await app.stepsOf(id)).filter((type) => type === 'privacy_request.accesses_viewed')).toHaveLength(5)
})

test('what was refused has no list, and a call that is somebody else’s since is not in it', async () => {
  const refused = await app.asked(['audit_view'])
  await app.decide(refused.id, pim, refuse('audit_view', 'ProcessUnfounded'))
  const path = (id: string) => `/v1/privacy-requests/${id}/accesses`
  expect((await app.send('GET', path(refused.id), refused.member.claims)).body.code).toBe('not_open')

  const { id, call, member } = await app.asked(['audit_view'])
  await heard({ recordingId: call, at: '2026-03-01T09:00:00Z', sub: 'agent-1', purpose: 'training_coaching' })
  await app.decide(id, pim, grant('audit_view'))
  expect((await app.send('GET', path(id), member.claims)).body.items).toHaveLength(1)
  await app.db.updateTable('recording').set({ member_ref: 'M-9999' }).where('id', '=', call).execute()
  expect((await app.send('GET', path(id), member.claims)).body.items).toEqual([])
})

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RecordingJson } from '../../../src/recordings/present.ts'
import { waitFor } from '../../support/processes.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import {
  type EventsService,
  lastDayAfter,
  monthsAgo,
  purposeOf,
  startEventsService,
  TODAY,
} from './events-service.ts'

let app: EventsService
const officer = persons.privacyOfficer()

beforeAll(async () => {
  app = await startEventsService()
})
afterAll(async () => {
  await app.close()
})

const patch = (id: string, body: unknown, claims: Claims = officer) =>
  app.send<RecordingJson>('PATCH', `/v1/recordings/${id}`, claims, body)
const audio = (id: string, member: string, headers: Record<string, string> = {}) =>
  app.service.call(`/v1/recordings/${id}/audio`, persons.member(member), { headers })

/** What is kept, why and until when; nothing of which recording it is. */
const endsOf = ({ purposes, keepUntil, dueAt }: RecordingJson) => ({
  keepUntil,
  dueAt,
  purposes: new Map(
    purposes.map(({ state, ...tag }) => [tag.purpose, { ...tag, isOpen: state === 'pending_trigger' }]),
  ),
})

const call = fc.record({
  product: fc.constantFrom('none', 'home', 'liability', 'disability'),
  startedAt: fc.integer({ min: 0, max: 4 }).map(monthsAgo),
  sensitivity: fc.constantFrom([], ['health'], ['health', 'minor']),
  links: fc.record(
    { policy: fc.constantFrom('P-1', 'P-2'), claim: fc.constantFrom('C-1', 'C-2') },
    { requiredKeys: [] },
  ),
  memberRef: fc.constantFrom('M-1', 'M-2', null),
})

test('a corrected recording ends like one that was delivered so, whatever had been reported', async () => {
  const report = (type: string, ref: string, months: number) =>
    app.report({ type, ref, occurredAt: monthsAgo(months) })
  await report('policy.ended', 'P-1', 3)
  await report('claim.closed', 'C-1', 2)
  await report('application.rejected', 'P-2', 1)
  const purposes = ['training_coaching', 'contract_performance', 'fraud_prevention']
  await fc.assert(
    fc.asyncProperty(call, call, async (said, true_) => {
      const wrong = await app.record({ ...said, purposes })
      const right = await app.record({ ...true_, purposes })
      const gone = Object.keys(said.links).filter((link) => !(link in true_.links))
      const links = { ...true_.links, ...Object.fromEntries(gone.map((link) => [link, null])) }
      const { status, body } = await patch(wrong.id, { ...true_, links })
      expect(status).toBe(200)
      expect(endsOf(body)).toEqual(endsOf(right))
      expect([body.product, body.sensitivity, body.links]).toEqual([
        right.product,
        right.sensitivity,
        right.links,
      ])
    }),
    { numRuns: 15 },
  )
}, 120_000)

describe('T18: a recording that was given to the wrong member', () => {
  let id: string
  let etag: string

  beforeAll(async () => {
    id = (await app.record({ memberRef: 'M-wrong' })).id
    etag = (await audio(id, 'M-wrong')).headers.get('etag') ?? ''
    await app.send('POST', `/v1/recordings/${id}/playbacks`, persons.member('M-wrong'), {})
    expect((await patch(id, { memberRef: 'M-right' })).status).toBe(200)
  })

  test('is nowhere for that member any more, as if it had never been', async () => {
    const unknown = await audio('7b0f1a52-3c8c-4f0e-9d43-2f1f6a0d5c11', 'M-wrong')
    const known = await audio(id, 'M-wrong', { 'If-None-Match': etag })
    const bodyOf = async (answer: Response) => ((await answer.json()) as { code: string }).code
    expect([known.status, await bodyOf(known)]).toEqual([unknown.status, await bodyOf(unknown)])
    expect((await app.send('GET', `/v1/recordings/${id}`, persons.member('M-wrong'))).status).toBe(404)
    const list = await app.send<{ items: unknown[] }>('GET', '/v1/recordings', persons.member('M-wrong'))
    expect(list.body.items).toEqual([])
    const playbacks = await app.db
      .selectFrom('playback')
      .select('id')
      .where('recording_id', '=', id)
      .execute()
    expect(playbacks).toEqual([])
  })

  test('is there for the one it belongs to', async () => {
    expect((await audio(id, 'M-right')).status).toBe(200)
    const list = await app.send<{ items: { id: string }[] }>(
      'GET',
      '/v1/recordings',
      persons.member('M-right'),
    )
    expect(list.body.items.map((item) => item.id)).toEqual([id])
  })

  test('raises an alarm, because it was heard', async () => {
    expect(app.service.logs()).toContain('heard_by_wrong_member')
    const event = await app.db
      .selectFrom('audit_event')
      .select('detail')
      .where('recording_id', '=', id)
      .where('type', '=', 'recording.rectified')
      .executeTakeFirstOrThrow()
    expect(event.detail).toMatchObject({ fields: ['memberRef'], heardBefore: true })
  })
})

test('what a field said is kept beside the audit, which has only a hash that proves it', async () => {
  const { id } = await app.record({ agentRef: 'A-wrong', team: 'team-wrong' })
  await patch(id, { agentRef: 'A-right', team: null, language: 'nl' })
  const event = await app.db
    .selectFrom('audit_event')
    .select(['detail', 'actor_sub'])
    .where('recording_id', '=', id)
    .where('type', '=', 'recording.rectified')
    .executeTakeFirstOrThrow()
  const { fields, old } = event.detail as { fields: string[]; old: Record<string, string> }
  expect([event.actor_sub, fields]).toEqual([officer.sub, ['agentRef', 'team']])
  expect(JSON.stringify(event.detail)).not.toMatch(/wrong|right/)
  const values = await app.db
    .selectFrom('corrected_value')
    .selectAll()
    .where('recording_id', '=', id)
    .execute()
  expect(new Map(values.map((row) => [row.field, row.old_value]))).toEqual(
    new Map([
      ['agentRef', 'A-wrong'],
      ['team', 'team-wrong'],
    ]),
  )
  for (const { field, old_value, salt } of values) {
    const proof = createHash('sha256').update(salt).update(JSON.stringify(old_value)).digest('hex')
    expect(old[field]).toBe(proof)
  }
})

test('saying what is said already changes nothing and leaves no event', async () => {
  const { id, startedAt } = await app.record({ links: { policy: 'P-9' }, sensitivity: ['minor', 'health'] })
  const same = { memberRef: 'M-1', startedAt, links: { policy: 'P-9' }, sensitivity: ['health', 'minor'] }
  expect((await patch(id, same)).status).toBe(200)
  expect(await app.auditOf(id)).not.toContain('recording.rectified')
})

test('a recording of no known member is linked: its member hears it, and it ends by its purposes', async () => {
  const startedAt = monthsAgo(1)
  const { id, status, keepUntil } = await app.record({ memberRef: null, startedAt })
  expect([status, keepUntil]).toEqual(['unlinked', lastDayAfter(`${TODAY}T11:00:00Z`, 'P30D')])
  const { body } = await patch(id, { memberRef: 'M-found' })
  expect(['processing', 'available']).toContain(body.status)
  expect(body.keepUntil).toBe(lastDayAfter(startedAt, 'P6M'))
  await waitFor('the recording to play', async () =>
    (await app.see(id)).status === 'available' ? true : undefined,
  )
  expect((await audio(id, 'M-found')).status).toBe(200)
})

test('a recording taken from a member waits for another one, as long as a new one would', async () => {
  const { id } = await app.record({ memberRef: 'M-first' })
  const { body } = await patch(id, { memberRef: null })
  expect([body.status, body.keepUntil]).toEqual(['unlinked', lastDayAfter(`${TODAY}T11:00:00Z`, 'P30D')])
  expect((await audio(id, 'M-first')).status).toBe(404)
})

test('a hold that also covers the future takes what a correction brings under it', async () => {
  const hold = { type: 'claim', matterRef: 'CL-1', reason: 'a dispute', futureMatching: true }
  await app.send('POST', '/v1/holds', persons.recordsManager(), { ...hold, scope: { claim: 'C-hold' } })
  const { id } = await app.record()
  const { body } = await patch(id, { links: { claim: 'C-hold' } })
  expect(body.held).toBe(true)
  expect((await patch(id, { links: { claim: null } })).body.held).toBe(true)
})

test('what is restricted can be corrected, and stays restricted', async () => {
  const { id } = await app.record({ product: 'home' })
  await app.send('POST', `/v1/recordings/${id}/restriction`, officer, { ground: 'accuracy_contested' })
  expect((await patch(id, { product: 'car' })).body).toMatchObject({ product: 'car', restricted: true })
})

test('R7: a correction revives nothing that has ended, and brings nothing back from quarantine', async () => {
  const { id } = await app.record({ startedAt: monthsAgo(5) })
  const over = `${TODAY.slice(0, 4)}-01-01`
  await app.db
    .updateTable('purpose_tag')
    .set({ state: 'expired', retain_until: over })
    .where('recording_id', '=', id)
    .execute()
  const first = await patch(id, { startedAt: monthsAgo(0) })
  expect(purposeOf(first.body, 'training_coaching')).toMatchObject({ state: 'expired', retainUntil: over })
  await app.db.updateTable('recording').set({ status: 'quarantined' }).where('id', '=', id).execute()
  const second = await patch(id, { memberRef: null, product: 'car' })
  expect(second.body).toMatchObject({ status: 'quarantined', product: 'car', keepUntil: over })
})

test('a correction that ends a recording destroys nothing, and can itself be corrected', async () => {
  const startedAt = monthsAgo(2)
  const { id, keepUntil } = await app.record({ startedAt })
  const { body } = await patch(id, { startedAt: monthsAgo(9) })
  expect([body.status === 'quarantined', (body.keepUntil ?? '') < TODAY]).toEqual([false, true])
  expect((await patch(id, { startedAt })).body.keepUntil).toBe(keepUntil)
})

test.each([
  ['a field that is not of the call', { callId: 'x' }, 400],
  ['the entity', { entity: 'hmbs-advies' }, 400],
  ['the announcement', { noticeVersion: '2024-01' }, 400],
  ['nothing', {}, 400],
  ['a product of no catalogue', { product: 'boat' }, 422],
  ['a sensitivity of no catalogue', { sensitivity: ['secret'] }, 422],
  ['a call of the future', { startedAt: '2999-01-01T00:00:00Z' }, 422],
  ['an end before the start', { endedAt: '2020-01-01T00:00:00Z' }, 422],
])('a correction of %s is refused', async (_what, body, status) => {
  const { id } = await app.record()
  expect((await patch(id, body)).status).toBe(status)
  expect(await app.auditOf(id)).not.toContain('recording.retention_changed')
})

test.each([
  ['a records manager', persons.recordsManager(), 403],
  ['an auditor', persons.auditor(), 403],
  ['a recorder', persons.recorder(), 403],
  ['the member', persons.member('M-1'), 403],
  ['another member', persons.member('M-2'), 404],
  ['a privacy officer of another entity', persons.privacyOfficer({ entity: ['hmbs-advies'] }), 404],
])('%s corrects nothing, and that is on record', async (_who, claims, status) => {
  const { id } = await app.record()
  expect((await patch(id, { team: 'x' }, claims)).status).toBe(status)
  const events = await app.db
    .selectFrom('audit_event')
    .select(['outcome', sql<string>`actor_sub`.as('sub')])
    .where('recording_id', '=', id)
    .where('type', '=', 'recording.rectified')
    .execute()
  expect(events).toEqual([{ outcome: 'denied', sub: claims.sub }])
})

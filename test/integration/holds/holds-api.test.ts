import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { registerInstance } from '../../../src/db/instance.ts'
import { DAY } from '../../../src/kernel/units.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { persons } from '../../support/tokens.ts'
import { DUE, PERSONAL } from '../retention/stage.ts'
import { type HoldsApp, manager, officer, startHoldsApp } from './holds-app.ts'

let app: HoldsApp
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-holds-'))
  app = await startHoldsApp(await openFileObjectStore(directory))
})
afterAll(async () => {
  await app.close()
  await rm(directory, { recursive: true })
})
beforeEach(() => app.clock.set('2026-07-15T21:59:00Z'))
afterEach(() => app.clear())

const run = { dryRun: false }
const unknownId = '7b0f1a52-3c8c-4f0e-9d43-2f1f6a0d5c11'

test('T5: what is held outlives its end by twenty years, and goes the normal way once released', async () => {
  const id = await app.record()
  const placed = await app.place({ recordings: [id] })
  expect(placed).toMatchObject({
    status: 201,
    location: `/v1/holds/${placed.body.id}`,
    body: { recordings: 1, pending: 0, storeConfirmed: true, reviewBy: '2027-07-15', notHeld: [] },
  })
  app.clock.set('2046-07-15T00:00:00Z')
  expect(await app.sweeper({ graceDays: 0 })(run)).toMatchObject({ quarantined: [], destroyed: [] })
  expect((await app.release(placed.body.id)).status).toBe(200)
  const week = app.sweeper({ graceDays: 7 })
  expect(await week(run)).toMatchObject({ quarantined: [id], destroyed: [] })
  app.clock.advance(7 * DAY)
  expect(await week(run)).toMatchObject({ destroyed: [id] })
})

test('T7, F25: a recording under two holds stays held when one of them is released', async () => {
  const id = await app.record()
  const first = await app.place({ recordings: [id] })
  const second = await app.place({ memberRef: PERSONAL.member_ref }, {}, officer)
  await app.release(first.body.id)
  expect(await app.rowOf(id)).toMatchObject({ hold_count: 1, is_free: false })
  app.clock.set(DUE.toISOString())
  expect(await app.sweeper({ graceDays: 0 })(run)).toMatchObject({ quarantined: [], destroyed: [] })
  await app.release(second.body.id, manager)
  expect(await app.rowOf(id)).toMatchObject({ hold_count: 0, is_free: true })
})

test('a hold catches a recording in quarantine, and its release begins the quarantine anew', async () => {
  const id = await app.record()
  app.clock.set(DUE.toISOString())
  const week = app.sweeper({ graceDays: 7 })
  await week(run)
  const placed = await app.place({ recordings: [id] })
  expect(placed.status).toBe(201)
  app.clock.advance(300 * DAY)
  expect(await week(run)).toMatchObject({ destroyed: [] })
  await app.release(placed.body.id)
  expect(await app.rowOf(id)).toMatchObject({ status: 'quarantined', quarantined_at: app.clock.now() })
  expect(await week(run)).toMatchObject({ destroyed: [] })
  app.clock.advance(7 * DAY)
  expect(await week(run)).toMatchObject({ destroyed: [id] })
})

test('a hold that comes too late says so, with the number of the certificate', async () => {
  const late = persons.recordsManager({ sub: 'late-1' })
  const place = (scope: unknown) => app.place(scope, {}, late)
  const gone = await app.record()
  const going = await app.record({ quarantinedAt: new Date('2026-07-01T00:00:00Z'), status: 'quarantined' })
  app.clock.set(DUE.toISOString())
  const other = await registerInstance(app.url)
  const now = app.clock.now()
  await app.purge({ instance: other }).claim({ quarantinedBefore: now, now, limit: 1 })
  await app.sweeper({ graceDays: 0 })(run)
  const { no } = await app.db
    .selectFrom('certificate')
    .select('no')
    .where('recording_id', '=', gone)
    .executeTakeFirstOrThrow()
  const destroyed = await place({ recordings: [gone] })
  expect(destroyed).toMatchObject({ status: 410, body: { code: 'destroyed' } })
  expect(destroyed.body.detail).toContain(String(no))
  expect(await place({ recordings: [going] })).toMatchObject({
    status: 409,
    body: { code: 'deletion_in_progress' },
  })
  expect(await place({ recordings: [unknownId] })).toMatchObject({ status: 404 })
  expect(await place({ memberRef: 'M-nobody' })).toMatchObject({ status: 404 })
  expect(await app.db.selectFrom('hold').selectAll().execute()).toEqual([])
  const refused = await app.db
    .selectFrom('audit_event')
    .select('code')
    .where('type', '=', 'hold.placed')
    .where('actor_sub', '=', 'late-1')
    .where('outcome', '=', 'denied')
    .orderBy('code')
    .execute()
  expect(refused.map(({ code }) => code)).toEqual([
    'deletion_in_progress',
    'destroyed',
    'not_found',
    'not_found',
  ])
  const there = await app.record()
  expect((await place({ recordings: [gone, going, there, unknownId] })).body).toMatchObject({
    recordings: 1,
    notHeld: expect.arrayContaining([
      { recordingId: gone, code: 'destroyed', certificateNo: no },
      { recordingId: going, code: 'deletion_in_progress', certificateNo: null },
    ]),
  })
  await other.close()
})

test('a release needs another person, and happens once', async () => {
  const id = await app.record()
  const { body } = await app.place({ recordings: [id] })
  expect(await app.release(body.id, manager)).toMatchObject({
    status: 403,
    body: { code: 'second_person_required' },
  })
  const released = await app.release(body.id)
  expect(released).toMatchObject({
    status: 200,
    body: { releasedBy: 'privacy-1', scope: { kind: 'recordings' } },
  })
  expect(await app.release(body.id)).toMatchObject({ status: 409, body: { code: 'not_open' } })
  expect(await app.release(unknownId)).toMatchObject({ status: 404 })
  const events = await app.auditOf(id)
  expect(events).toEqual(['recording.held', 'recording.hold_ended'])
})

test('of a released hold only the kind of its scope is kept', async () => {
  await app.record()
  const { body } = await app.place({ memberRef: PERSONAL.member_ref })
  await app.release(body.id)
  const rows = await app.db.selectFrom('hold').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain(PERSONAL.member_ref)
  const events = await app.db.selectFrom('audit_event').selectAll().execute()
  expect(JSON.stringify(events)).not.toContain(PERSONAL.member_ref)
})

test.each([
  ['recorder', persons.recorder()],
  ['member', persons.member(PERSONAL.member_ref)],
  ['coach', persons.coach()],
  ['agent', persons.agent()],
  ['auditor', persons.auditor()],
  ['operator', persons.operator()],
  ['records manager who has left', persons.recordsManager({ engaged_until: '2026-07-14' })],
])('a %s neither places, releases nor reads holds, and that is on record', async (_role, claims) => {
  const id = await app.record()
  expect((await app.place({ recordings: [id] }, {}, claims)).status).toBe(403)
  expect((await app.release(unknownId, claims)).status).toBe(403)
  expect((await app.call('GET', '/v1/holds', claims)).status).toBe(403)
  expect((await app.call('GET', `/v1/holds/${unknownId}`, claims)).status).toBe(403)
  const denied = await app.db
    .selectFrom('audit_event')
    .select('type')
    .where('outcome', '=', 'denied')
    .execute()
  expect(denied.length).toBeGreaterThanOrEqual(4)
  expect((await app.rowOf(id)).hold_count).toBe(0)
})

test('holds are listed newest first, in pages, open or released, and tell when their review is overdue', async () => {
  const ids: string[] = []
  for (let i = 0; i < 3; i++) {
    const { body } = await app.place({ recordings: [await app.record()] }, { reviewBy: '2026-08-01' })
    ids.unshift(body.id)
    app.clock.advance(1000)
  }
  await app.release(ids[0] ?? '')
  const list = async (query: string) =>
    (await app.call('GET', `/v1/holds${query}`, officer)).body as unknown as {
      items: { id: string; overdue: boolean }[]
      nextCursor: string | null
    }
  const first = await list('?limit=2')
  expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2))
  const second = await list(`?limit=2&cursor=${first.nextCursor}`)
  expect([second.items.map(({ id }) => id), second.nextCursor]).toEqual([ids.slice(2), null])
  expect((await list('?open=true')).items.map(({ id }) => id)).toEqual(ids.slice(1))
  expect((await list('?open=false')).items.map(({ id }) => id)).toEqual(ids.slice(0, 1))
  app.clock.set('2026-08-01T21:59:00Z')
  expect((await list('')).items.some(({ overdue }) => overdue)).toBe(false)
  app.clock.set('2026-08-01T22:00:00Z')
  expect((await list('')).items.map(({ overdue }) => overdue)).toEqual([false, true, true])
  expect((await app.call('GET', '/v1/holds?cursor=xyz', officer)).status).toBe(400)
})

test('a hold shows its recordings in pages', async () => {
  const recordings = [await app.record(), await app.record(), await app.record()]
  recordings.sort((a, b) => a.localeCompare(b))
  const { body } = await app.place({ recordings })
  const page = async (query: string) =>
    (await app.call('GET', `/v1/holds/${body.id}${query}`, officer)).body as unknown as {
      items: { recordingId: string; confirmedAt: string | null }[]
      nextCursor: string | null
    }
  const first = await page('?limit=2')
  expect(first.items.map(({ recordingId }) => recordingId)).toEqual(recordings.slice(0, 2))
  expect(first.items.every(({ confirmedAt }) => confirmedAt !== null)).toBe(true)
  const second = await page(`?limit=2&cursor=${first.nextCursor}`)
  expect([second.items.map(({ recordingId }) => recordingId), second.nextCursor]).toEqual([
    recordings.slice(2),
    null,
  ])
})

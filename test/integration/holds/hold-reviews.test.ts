import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Actor } from '../../../src/access/actor.ts'
import { makeListAttention } from '../../../src/retention/attention.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { persons } from '../../support/tokens.ts'
import { type HoldsApp, manager, officer, startHoldsApp } from './holds-app.ts'

let app: HoldsApp
let directory: string
let holdId: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-reviews-'))
  app = await startHoldsApp(await openFileObjectStore(directory))
})
afterAll(async () => {
  await app.close()
  await rm(directory, { recursive: true })
})
beforeEach(async () => {
  app.clock.set('2026-07-15T21:59:00Z')
  holdId = (await app.place({ recordings: [await app.record()] }, { reviewBy: '2026-08-01' })).body.id
})
afterEach(() => app.clear())

const MANAGER: Actor = {
  ...{ sub: 'records-1', roles: ['records_manager'], entities: ['hmbs'], memberRef: null, team: null },
  ...{
    confidentialitySigned: true,
    engagedUntil: null,
    authenticatedAt: null,
    via: 'token',
    displayName: null,
  },
}
const WHY = 'the court has set no day yet'
const review = (body: unknown, claims = manager, id = holdId) =>
  app.call('POST', `/v1/holds/${id}/review`, claims, body)

/** Whether people are asked to look at a hold whose review is over. */
async function isAlarming(): Promise<boolean> {
  const { holds_past_review } = await makeListAttention({ ...app, graceDays: 7 })(MANAGER)
  return holds_past_review.count > 0
}

test('a hold past its review alarms until somebody says why it goes on and until when', async () => {
  app.clock.set('2026-08-02T10:00:00Z')
  expect((await app.call('GET', `/v1/holds/${holdId}`, officer)).body.overdue).toBe(true)
  expect(await isAlarming()).toBe(true)
  const reviewed = await review({ reviewBy: '2027-08-02', reason: WHY })
  expect(reviewed).toMatchObject({
    status: 200,
    body: { id: holdId, reviewBy: '2027-08-02', overdue: false },
  })
  expect(await isAlarming()).toBe(false)
})

test('every review stays with the hold, the last one first, and is in the audit without its reason', async () => {
  await review({ reviewBy: '2026-12-01', reason: WHY })
  app.clock.advance(60_000)
  await review({ reviewBy: '2026-09-01', reason: 'the other side has answered' }, officer)
  const { body } = await app.call('GET', `/v1/holds/${holdId}`, officer)
  expect(body.reviewBy).toBe('2026-09-01')
  expect(body.reviews).toMatchObject([
    { reviewedBy: officer.sub, reviewBy: '2026-09-01', reason: 'the other side has answered' },
    { reviewedBy: manager.sub, reviewBy: '2026-12-01', reason: WHY },
  ])
  const events = await app.db
    .selectFrom('audit_event')
    .select(['actor_sub', 'detail'])
    .where('type', '=', 'hold.reviewed')
    .where(sql<string>`detail ->> 'hold'`, '=', holdId)
    .orderBy('occurred_at', 'desc')
    .execute()
  expect(events.map(({ detail }) => detail)).toEqual([
    { hold: holdId, reviewBy: '2026-09-01' },
    { hold: holdId, reviewBy: '2026-12-01' },
  ])
})

test.each([
  ['today', '2026-07-15'],
  ['a day more than twelve months ahead', '2027-07-16'],
])('the next review cannot be %s', async (_what, reviewBy) => {
  expect(await review({ reviewBy, reason: WHY })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request', errors: [{ field: 'reviewBy' }] },
  })
})

test.each([
  ['no reason', { reviewBy: '2026-12-01' }],
  ['no day', { reason: WHY }],
  ['an unknown field', { reviewBy: '2026-12-01', reason: WHY, releasedBy: 'me' }],
])('a review with %s is refused', async (_what, body) => {
  expect((await review(body)).status).toBe(400)
})

test('a released hold is not reviewed, and nobody else reviews one or learns of it', async () => {
  const body = { reviewBy: '2026-12-01', reason: WHY }
  expect(await review(body, persons.auditor())).toMatchObject({ status: 403 })
  expect((await review(body, persons.recordsManager({ entity: ['hmbs-advies'] }))).status).toBe(404)
  expect((await review(body, manager, 'not-an-id')).status).toBe(404)
  await app.release(holdId)
  expect(await review(body)).toMatchObject({ status: 409, body: { code: 'not_open' } })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { persons } from '../../support/tokens.ts'
import { PERSONAL } from '../retention/stage.ts'
import { type HoldsApp, startHoldsApp } from './holds-app.ts'

let app: HoldsApp
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-hold-scopes-'))
  app = await startHoldsApp(await openFileObjectStore(directory))
})
afterAll(async () => {
  await app.close()
  await rm(directory, { recursive: true })
})
beforeEach(() => app.clock.set('2026-07-15T21:59:00Z'))
afterEach(() => app.clear())

const unknownId = '7b0f1a52-3c8c-4f0e-9d43-2f1f6a0d5c11'
const set = (id: string, values: Record<string, unknown>) =>
  app.db.updateTable('recording').set(values).where('id', '=', id).execute()

test.each([
  ['member', { memberRef: PERSONAL.member_ref }, { member_ref: 'M-other' }],
  ['policy', { policy: 'P-0612345678' }, { links: '{"policy":"P-other"}' }],
  ['claim', { claim: 'C-1' }, { links: '{"policy":"P-0612345678"}' }],
  ['complaint', { complaint: 'K-1' }, { links: '{"claim":"K-1"}' }],
  ['first day', { query: { from: '2026-01-15' } }, { started_at: new Date('2026-01-14T22:59:59Z') }],
  ['last day', { query: { to: '2026-01-15' } }, { started_at: new Date('2026-01-15T23:00:00Z') }],
  ['product and team', { query: { product: 'home', team: PERSONAL.team } }, { product: 'car' }],
  ['agent', { query: { agentRef: PERSONAL.agent_ref } }, { agent_ref: 'A-other' }],
  ['purpose', { query: { purpose: 'purpose_1' } }, {}],
])('a scope by %s covers what fits and nothing else', async (_name, scope, other) => {
  const fits = await app.record({ tagStates: ['active', 'active'] })
  if ('claim' in scope) await set(fits, { links: '{"claim":"C-1"}' })
  if ('complaint' in scope) await set(fits, { links: '{"complaint":"K-1"}' })
  const misses = await app.record()
  if (Object.keys(other).length > 0) await set(misses, other)
  const foreign = await app.record({ tagStates: ['active', 'active'] })
  await set(foreign, {
    entity: 'hmbs-advies',
    links: '{"claim":"C-1","complaint":"K-1","policy":"P-0612345678"}',
  })
  const placed = await app.place(scope)
  expect(placed).toMatchObject({ status: 201, body: { recordings: 1 } })
  expect((await app.rowOf(fits)).hold_count).toBe(1)
  expect((await app.rowOf(misses)).hold_count + (await app.rowOf(foreign)).hold_count).toBe(0)
})

test.each([
  ['a review today', { recordings: [unknownId] }, { reviewBy: '2026-07-15' }],
  ['a review after more than twelve months', { recordings: [unknownId] }, { reviewBy: '2027-07-16' }],
  ['two scopes', { memberRef: 'M-1', policy: 'P-1' }, {}],
  ['no scope', {}, {}],
  ['an empty query', { query: {} }, {}],
  ['an unknown condition', { query: { colour: 'red' } }, {}],
  ['no recordings', { recordings: [] }, {}],
  ['future matching of named recordings', { recordings: [unknownId] }, { futureMatching: true }],
  ['an unknown type', { memberRef: 'M-1' }, { type: 'curiosity' }],
])('%s is refused', async (_name, scope, more) => {
  expect(await app.place(scope, more)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
})

test('a hold is of one entity of who places it', async () => {
  const both = persons.recordsManager({ entity: ['hmbs', 'hmbs-advies'] })
  const id = await app.record()
  expect((await app.place({ memberRef: 'M-jansen' }, {}, both)).status).toBe(400)
  const own = await app.place({ recordings: [id] }, {}, both)
  expect([own.status, own.body.entity]).toEqual([201, 'hmbs'])
  await app.release(own.body.id)
  expect((await app.place({ recordings: [id] }, { entity: 'hmbs-verzekeringen' }, both)).status).toBe(403)
  expect((await app.place({ recordings: [id] }, { entity: 'hmbs-advies' }, both)).status).toBe(404)
  const placed = await app.place({ recordings: [id] }, { entity: 'hmbs' }, both)
  expect(placed.status).toBe(201)
  const other = persons.privacyOfficer({ entity: ['hmbs-advies'] })
  expect((await app.release(placed.body.id, other)).status).toBe(404)
  expect((await app.call('GET', `/v1/holds/${placed.body.id}`, other)).status).toBe(404)
})

test('more recordings than one transaction takes are held, and let go again', async () => {
  const ids: string[] = []
  while (ids.length < 1203) {
    const some = Array.from({ length: Math.min(10, 1203 - ids.length) }, () => app.record({ renditions: [] }))
    ids.push(...(await Promise.all(some)))
  }
  const placed = await app.place({ memberRef: PERSONAL.member_ref })
  expect(placed.body).toMatchObject({ recordings: 1203 })
  const count = async () =>
    (await app.db.selectFrom('recording').select('id').where('hold_count', '=', 1).execute()).length
  expect(await count()).toBe(ids.length)
  expect((await app.release(placed.body.id)).body).toMatchObject({ recordings: 1203 })
  expect(await count()).toBe(0)
})

test('a hold whose placing, or release, was broken off is finished by the job', async () => {
  const id = await app.record()
  const { body } = await app.place({ memberRef: PERSONAL.member_ref })
  const late = await app.record()
  // As a process leaves it that died after its first transaction.
  const breakOff = () =>
    app.db.updateTable('hold').set({ settled_at: null }).where('id', '=', body.id).execute()
  await breakOff()
  await app.keepInStep(AbortSignal.timeout(60_000))
  expect([(await app.rowOf(id)).hold_count, (await app.rowOf(late)).hold_count]).toEqual([1, 1])
  await app.release(body.id)
  await breakOff()
  await app.keepInStep(AbortSignal.timeout(60_000))
  expect([(await app.rowOf(id)).hold_count, (await app.rowOf(late)).hold_count]).toEqual([0, 0])
})

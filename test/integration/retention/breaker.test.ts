import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { persons } from '../../support/tokens.ts'
import { DUE, type Stage } from './stage.ts'
import { openSweepStage, type SweepApp } from './sweep-app.ts'

/** As in earnest, a hundredfold smaller: ten in a day, or a twentieth of them if that is more than one. */
const breaker = { count: 10, share: 0.05, few: 1 }
const DAY = 86_400_000

let stage: Stage
let app: SweepApp
let close: () => Promise<void>

beforeAll(async () => {
  ;({ stage, app, close } = await openSweepStage({ breaker }))
})

afterAll(() => close())

beforeEach(() => stage.clock.set(DUE.toISOString()))

afterEach(() => stage.clear())

const sweeper = () => stage.sweeper({ breaker, graceDays: 7 })
const run = { dryRun: false }
const dryRun = { dryRun: true }
const manager = persons.recordsManager()
const officer = persons.privacyOfficer()

const records = (count: number, wish: Parameters<Stage['record']>[0] = {}) =>
  Promise.all(Array.from({ length: count }, () => stage.record({ renditions: [], ...wish })))

const inUse = async () => {
  const rows = await stage.db.selectFrom('recording').select('id').where('status', '=', 'available').execute()
  return rows.length
}

interface ApprovalBody {
  readonly id: string
  readonly entity: string
  readonly state: string
  readonly due: number
  readonly used: number
  readonly approvals: number
  readonly approvedByMe: boolean
}

const listed = async () =>
  (await app.call<{ items: ApprovalBody[] }>('GET', '/v1/retention/approvals', manager)).body.items

const approve = (id: string, claims = manager) =>
  app.call<ApprovalBody & { code?: string }>('POST', `/v1/retention/approvals/${id}/approve`, claims)

async function stoppedApproval(): Promise<string> {
  const { stopped } = await sweeper()(run)
  const id = stopped[0]?.approvalId
  if (!id) throw new Error('the sweep did not ask')
  return id
}

test('T34: with all clocks ten years ahead the sweep stops and asks, and a restart does not change that', async () => {
  await records(11)
  stage.clock.set('2036-07-15T22:00:00Z')
  expect((await sweeper()(dryRun)).stopped).toEqual([{ entity: 'hmbs', due: 11, live: 11, approvalId: null }])
  const first = await sweeper()(run)
  expect(first).toMatchObject({ quarantined: [], stopped: [{ entity: 'hmbs', due: 11, live: 11 }] })
  const restarted = await sweeper()(run)
  expect(restarted.stopped).toEqual(first.stopped)
  expect((await sweeper()(dryRun)).stopped).toEqual(first.stopped)
  expect(await inUse()).toBe(11)
  expect(await listed()).toMatchObject([
    { id: first.stopped[0]?.approvalId, state: 'open', due: 11, approvals: 0 },
  ])
  const asked = await stage.db
    .selectFrom('audit_event')
    .select('detail')
    .where('type', '=', 'retention.destruction_stopped')
    .execute()
  expect(asked).toHaveLength(1)
})

test('F34: two different people let it go on; one person twice does not', async () => {
  const ids = await records(12)
  const id = await stoppedApproval()
  expect(await approve(id)).toMatchObject({ status: 200, body: { approvals: 1, approvedByMe: true } })
  expect(await approve(id)).toMatchObject({ status: 403, body: { code: 'second_person_required' } })
  expect((await sweeper()(run)).quarantined).toEqual([])
  expect(await approve(id, officer)).toMatchObject({ status: 200, body: { state: 'approved', approvals: 2 } })
  expect(await approve(id, persons.recordsManager({ sub: 'records-3' }))).toMatchObject({
    status: 409,
    body: { code: 'not_open' },
  })
  expect((await sweeper()(dryRun)).quarantined.toSorted()).toEqual(ids.toSorted())
  const done = await sweeper()(run)
  expect(done.quarantined.toSorted()).toEqual(ids.toSorted())
  expect(done.stopped).toEqual([])
  expect(await listed()).toMatchObject([{ state: 'used', used: 12 }])
})

test('an approval covers what was due when it was asked for, and no more of it', async () => {
  await records(12)
  const id = await stoppedApproval()
  await approve(id)
  await approve(id, officer)
  await records(3, { dueAt: new Date(DUE.getTime() - DAY) })
  const late = await records(20, { keepUntil: '2026-07-16', dueAt: new Date(DUE.getTime() + DAY) })
  stage.clock.advance(DAY)
  const report = await sweeper()(run)
  expect(report.quarantined).toHaveLength(12)
  expect(report.stopped).toMatchObject([{ due: 23 }])
  for (const one of late) expect(report.quarantined).not.toContain(one)
})

test('an approval that nobody gave or used within a week is asked for again', async () => {
  await records(11)
  const id = await stoppedApproval()
  await approve(id)
  stage.clock.advance(7 * DAY)
  expect(await approve(id, officer)).toMatchObject({ status: 409, body: { code: 'not_open' } })
  expect(await listed()).toMatchObject([{ id, state: 'expired' }])
  const again = await stoppedApproval()
  expect(again).not.toBe(id)
  await approve(again)
  await approve(again, officer)
  stage.clock.advance(7 * DAY)
  expect((await sweeper()(run)).quarantined).toEqual([])
})

test('one entity that is stopped does not keep the others', async () => {
  await records(11)
  const others = await records(3, { entity: 'hmbs-advies' })
  await records(60, { entity: 'hmbs-advies', dueAt: new Date(DUE.getTime() + DAY), keepUntil: '2026-07-16' })
  const report = await sweeper()(run)
  expect(report.quarantined.toSorted()).toEqual(others.toSorted())
  expect(report.stopped).toMatchObject([{ entity: 'hmbs' }])
})

test('a large part of a small entity is asked about, its last recording is not', async () => {
  await records(2)
  expect((await sweeper()(run)).stopped).toMatchObject([{ due: 2, live: 2 }])
  await stage.clear()
  const [last] = await records(1)
  expect((await sweeper()(run)).quarantined).toEqual([last])
})

test('F34: what becomes due little by little is counted over the day', async () => {
  await records(200, { dueAt: new Date(DUE.getTime() + 900 * DAY), keepUntil: '2028-12-31' })
  for (const expected of [4, 4, 0]) {
    await records(4)
    expect((await sweeper()(run)).quarantined).toHaveLength(expected)
  }
  stage.clock.advance(DAY)
  expect((await sweeper()(run)).quarantined).toHaveLength(4)
})

test('F20, F34: eight sweepers at once ask once and touch nothing', async () => {
  await records(11)
  const reports = await Promise.all(Array.from({ length: 8 }, () => sweeper()(run)))
  const asked = new Set(reports.map(({ stopped }) => stopped[0]?.approvalId))
  expect(asked.size).toBe(1)
  expect(await inUse()).toBe(11)
})

test('who may not decide is refused, and the question of another entity does not exist', async () => {
  await records(11)
  const id = await stoppedApproval()
  for (const claims of [persons.operator(), persons.coach(), persons.member('M-1'), persons.auditor()])
    expect((await approve(id, claims)).status).toBe(403)
  const stranger = persons.recordsManager({ entity: ['hmbs-advies'] })
  expect((await approve(id, stranger)).status).toBe(404)
  expect(
    (await app.call<{ items: unknown[] }>('GET', '/v1/retention/approvals', stranger)).body.items,
  ).toEqual([])
  expect((await approve('nonsense')).status).toBe(404)
  const denied = await stage.db
    .selectFrom('audit_event')
    .select('actor_sub')
    .where('type', 'in', ['retention.approve_destruction', 'retention.destruction_approved'])
    .where('outcome', '=', 'denied')
    .execute()
  expect(denied.length).toBeGreaterThanOrEqual(6)
})

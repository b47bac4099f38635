import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { persons } from '../../support/tokens.ts'
import { DUE, LAST_DAY, type Stage } from './stage.ts'
import { openSweepStage, type SweepApp } from './sweep-app.ts'

const DAY = 86_400_000

let stage: Stage
let app: SweepApp
let close: () => Promise<void>

beforeAll(async () => {
  ;({ stage, app, close } = await openSweepStage())
})

afterAll(() => close())

beforeEach(() => stage.clock.set(DUE.toISOString()))

afterEach(() => stage.clear())

const sweeper = () => stage.sweeper({ graceDays: 7 })
const sweep = () => sweeper()({ dryRun: false })
const manager = persons.recordsManager()
const officer = persons.privacyOfficer()

/** A due recording whose rule asks for a review, in quarantine. */
async function inReview(): Promise<string> {
  const id = await stage.record()
  await stage.db.updateTable('purpose_tag').set({ review: true }).where('recording_id', '=', id).execute()
  await sweep()
  return id
}

interface ReviewBody {
  readonly recordingId: string
  readonly confirmations: number
  readonly code?: string
}

const list = async (query = '', claims = manager) =>
  (
    await app.call<{ items: ReviewBody[]; nextCursor: string | null }>(
      'GET',
      `/v1/retention/reviews${query}`,
      claims,
    )
  ).body

const confirm = (id: string, claims = manager) =>
  app.call<ReviewBody>('POST', `/v1/retention/reviews/${id}/confirm`, claims)

test('a quarantined recording is in review if the rule that kept it longest asks for it', async () => {
  const id = await inReview()
  const other = await stage.record({ tagStates: ['active', 'active'] })
  await stage.db
    .updateTable('purpose_tag')
    .set({ review: true, retain_until: '2026-03-01' })
    .where('recording_id', '=', other)
    .where('purpose', '=', 'purpose_0')
    .execute()
  await sweep()
  expect(await stage.statusOf(other)).toBe('quarantined')
  expect((await list()).items).toEqual([
    {
      recordingId: id,
      entity: 'hmbs',
      product: 'home',
      quarantinedAt: DUE.toISOString(),
      destroyedAfter: new Date(DUE.getTime() + 7 * DAY).toISOString(),
      rule: 'rule@1',
      confirmations: 0,
      confirmedByMe: false,
    },
  ])
})

test('after two different people confirmed, the destruction waits no longer', async () => {
  const id = await inReview()
  expect(await confirm(id)).toMatchObject({ status: 200, body: { confirmations: 1 } })
  expect(await confirm(id)).toMatchObject({ status: 403, body: { code: 'second_person_required' } })
  expect((await sweep()).destroyed).toEqual([])
  expect(await confirm(id, officer)).toMatchObject({ status: 200, body: { confirmations: 2 } })
  expect(await confirm(id, persons.recordsManager({ sub: 'records-3' }))).toMatchObject({
    status: 409,
    body: { code: 'not_open' },
  })
  expect((await sweeper()({ dryRun: true })).destroyed).toEqual([id])
  expect((await sweep()).destroyed).toEqual([id])
  expect((await list()).items).toEqual([])
})

test('silence destroys after the grace', async () => {
  const id = await inReview()
  stage.clock.advance(7 * DAY)
  expect((await sweep()).destroyed).toEqual([id])
})

test('a hold keeps it, and what was confirmed before the hold counts no more afterwards', async () => {
  const id = await inReview()
  await confirm(id)
  await confirm(id, officer)
  await stage.db.updateTable('recording').set({ hold_count: 1 }).where('id', '=', id).execute()
  stage.clock.advance(30 * DAY)
  expect((await sweep()).destroyed).toEqual([])
  expect((await list()).items).toEqual([])
  await stage.db
    .updateTable('recording')
    .set({ hold_count: 0, quarantined_at: stage.clock.now() })
    .where('id', '=', id)
    .execute()
  expect((await sweep()).destroyed).toEqual([])
  expect((await list()).items).toMatchObject([{ recordingId: id, confirmations: 0 }])
  await confirm(id)
  await confirm(id, officer)
  expect((await sweep()).destroyed).toEqual([id])
})

test('the list comes in pages and for the own entities', async () => {
  const ids = [await inReview()]
  stage.clock.advance(1000)
  ids.push(await inReview())
  const first = await list('?limit=1')
  const second = await list(`?limit=1&cursor=${first.nextCursor}`)
  expect([...first.items, ...second.items].map(({ recordingId }) => recordingId)).toEqual(ids)
  expect(second.nextCursor).toBeNull()
  const stranger = persons.recordsManager({ entity: ['hmbs-advies'] })
  expect((await list('', stranger)).items).toEqual([])
  expect((await confirm(ids[0] ?? '', stranger)).status).toBe(404)
  expect((await app.call('GET', '/v1/retention/reviews?cursor=x', manager)).status).toBe(400)
})

test('only who may decide sees and confirms, and only what is in review', async () => {
  const id = await stage.record({ keepUntil: LAST_DAY })
  await sweep()
  expect((await confirm(id)).status).toBe(404)
  expect((await confirm('nonsense')).status).toBe(404)
  for (const claims of [persons.operator(), persons.coach(), persons.member('M-1')]) {
    expect((await app.call('GET', '/v1/retention/reviews', claims)).status).toBe(403)
    expect((await confirm(id, claims)).status).toBe(403)
  }
})

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { persons } from '../../support/tokens.ts'
import { DUE, type Stage } from './stage.ts'
import { openSweepStage, type SweepApp } from './sweep-app.ts'

let stage: Stage
let app: SweepApp
let close: () => Promise<void>

beforeAll(async () => {
  // Of each entity at most one at once; what is more is stopped.
  const breaker = { count: 1, share: 1, few: 0 }
  ;({ stage, app, close } = await openSweepStage({ graceDays: 0, breaker }))
})
afterAll(() => close())
beforeEach(() => stage.clock.set(DUE.toISOString()))
afterEach(() => stage.clear())

interface RunBody {
  readonly id: string
  readonly quarantined: readonly string[]
  readonly destroyed: readonly string[]
  readonly stopped: readonly { readonly entity: string }[]
  readonly progress: Record<string, number> | null
}

const ours = persons.recordsManager()
const theirs = persons.recordsManager({ sub: 'records-2', entity: ['hmbs-advies'] })
const both = persons.recordsManager({ sub: 'records-3', entity: ['hmbs', 'hmbs-advies'] })
const sweep = async (claims: typeof ours, dryRun = false) =>
  (await app.call<RunBody>('POST', '/v1/retention/sweeps', claims, { dryRun })).body
const look = async (id: string, claims: typeof ours) =>
  (await app.call<RunBody>('GET', `/v1/retention/sweeps/${id}`, claims)).body

/** Who read what, as the audit has it. */
const reads = (type: string) =>
  stage.db
    .selectFrom('audit_event')
    .select(['actor_sub', 'outcome', 'code', 'detail'])
    .where('type', '=', type)
    .orderBy('occurred_at')
    .execute()

test.each([[false], [true]])(
  'of a report people see the recordings of their own entities (dry run: %s)',
  async (dryRun) => {
    const mine = await stage.record()
    const other = await stage.record({ entity: 'hmbs-advies' })
    const answered = await sweep(ours, dryRun)
    expect([answered.quarantined, answered.destroyed]).toEqual([[mine], [mine]])
    const seen = await look(answered.id, theirs)
    expect([seen.quarantined, seen.destroyed]).toEqual([[other], [other]])
    const all = await look(answered.id, both)
    expect(new Set(all.destroyed)).toEqual(new Set([mine, other]))
    expect((await look(answered.id, persons.operator({ entity: [] }))).destroyed).toEqual([])
  },
)

test('what was stopped of another entity is not told, how much a run did is', async () => {
  for (const entity of ['hmbs', 'hmbs-advies', 'hmbs-advies']) await stage.record({ entity })
  const { id, stopped } = await sweep(ours)
  expect(stopped).toEqual([])
  const seen = await look(id, theirs)
  expect(seen.stopped.map(({ entity }) => entity)).toEqual(['hmbs-advies'])
  expect(seen.destroyed).toEqual([])
  expect(seen.progress).toMatchObject({ destroyed: 1 })
})

test('who reads a report, or the list of sweeps, is on record', async () => {
  const { id } = await sweep(ours, true)
  const unknown = '7b0f1a52-3c8c-4f0e-9d43-2f1f6a0d5c11'
  const before = (await reads('retention.sweep_viewed')).length
  await look(id, theirs)
  await look(unknown, ours)
  expect((await reads('retention.sweep_viewed')).slice(before)).toEqual([
    { actor_sub: 'records-2', outcome: 'ok', code: null, detail: { sweep: id } },
    { actor_sub: ours.sub, outcome: 'denied', code: 'not_found', detail: {} },
  ])
  const listed = (await reads('retention.sweeps_listed')).length
  const { body } = await app.call<{ items: unknown[] }>('GET', '/v1/retention/sweeps', theirs)
  const [event] = (await reads('retention.sweeps_listed')).slice(listed)
  expect(event).toEqual({
    ...{ actor_sub: 'records-2', outcome: 'ok', code: null },
    detail: { count: body.items.length },
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { databaseNow } from '../../../src/retention/clocks-queries.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { DUE, leftIn, type Stage, setStage } from './stage.ts'

const JUST_BEFORE = '2026-07-15T21:59:59.999Z'
const LONG_AFTER = '2046-07-15T00:00:00Z'

let stage: Stage
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-sweep-'))
  stage = await setStage(await openFileObjectStore(directory))
})

afterAll(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

beforeEach(() => stage.clock.set(DUE.toISOString()))

afterEach(() => stage.clear())

const run = { dryRun: false }
const dryRun = { dryRun: true }

const tagStates = async (id: string) =>
  (
    await stage.db
      .selectFrom('purpose_tag')
      .select('state')
      .where('recording_id', '=', id)
      .orderBy('purpose')
      .execute()
  ).map(({ state }) => state)

test('a recording is left alone until its last day is over in Amsterdam, and destroyed from then on', async () => {
  const id = await stage.record()
  stage.clock.set(JUST_BEFORE)
  expect(await stage.sweeper()(run)).toMatchObject({ quarantined: [], destroyed: [] })
  stage.clock.set(DUE.toISOString())
  expect(await stage.sweeper()(run)).toMatchObject({ quarantined: [id], destroyed: [id] })
  expect(await stage.statusOf(id)).toBe('destroyed')
  expect(await leftIn(stage.store, id)).toBe(0)
})

test('use ends at once and the bytes stay for the days of grace (T49)', async () => {
  const id = await stage.record({ tagStates: ['active', 'withdrawn', 'suspended'] })
  const sweep = stage.sweeper({ graceDays: 7 })
  expect(await sweep(run)).toMatchObject({ quarantined: [id], destroyed: [] })
  expect(await stage.statusOf(id)).toBe('quarantined')
  expect(await tagStates(id)).toEqual(['expired', 'withdrawn', 'expired'])
  expect(await leftIn(stage.store, id)).toBe(1)
  stage.clock.advance(7 * 86_400_000 - 1)
  expect(await sweep(run)).toMatchObject({ quarantined: [], destroyed: [] })
  stage.clock.advance(1)
  expect(await sweep(run)).toMatchObject({ quarantined: [], destroyed: [id] })
  expect(await stage.auditOf(id)).toEqual([
    'recording.quarantined',
    'recording.destroyed',
    'recording.destruction_started',
  ])
})

test('a dry run lists exactly what the run then does', async () => {
  for (let i = 0; i < 5; i += 1) await stage.record({ dueAt: new Date(DUE.getTime() - i * 1000) })
  await stage.record({ hold_count: 1 })
  await stage.record({ status: 'quarantined', quarantinedAt: new Date('2026-07-01T00:00:00Z') })
  await stage.record({ status: 'quarantined', quarantinedAt: new Date('2026-07-14T00:00:00Z') })
  await stage.record({ status: 'destroying', worker: 12345 })
  for (const wish of [
    { graceDays: 7 },
    { graceDays: 7, most: 3 },
    { graceDays: 0, most: 4 },
    { graceDays: 0 },
  ]) {
    const sweep = stage.sweeper(wish)
    const foreseen = await sweep(dryRun)
    const done = await sweep(run)
    expect(sorted(foreseen)).toEqual({ ...sorted(done), dryRun: true })
  }
})

const sorted = <T extends { quarantined: readonly string[]; destroyed: readonly string[] }>(report: T) => ({
  ...report,
  quarantined: report.quarantined.toSorted(),
  destroyed: report.destroyed.toSorted(),
})

test('a dry run changes nothing, and may look at another day', async () => {
  const id = await stage.record()
  stage.clock.set('2026-02-01T00:00:00Z')
  const later = await stage.sweeper()({ dryRun: true, at: DUE })
  expect(later).toMatchObject({ quarantined: [id], destroyed: [id] })
  expect(await stage.sweeper()(dryRun)).toMatchObject({ quarantined: [] })
  expect(await stage.statusOf(id)).toBe('available')
  expect(await stage.auditOf(id)).toEqual([])
})

test('a real run at another moment than now is refused', async () => {
  await expect(stage.sweeper()({ dryRun: false, at: new Date(LONG_AFTER) })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('the oldest due go first, and one run takes no more than its limit', async () => {
  const due = (days: number) => new Date(DUE.getTime() - days * 86_400_000)
  const [second, first, third] = [
    await stage.record({ dueAt: due(2) }),
    await stage.record({ dueAt: due(3) }),
    await stage.record({ dueAt: due(1) }),
  ]
  const sweep = stage.sweeper({ most: 2 })
  expect((await sweep(run)).quarantined).toEqual([first, second])
  expect((await sweep(run)).quarantined).toEqual([third])
})

test('T5, T9: held and restricted recordings stay for twenty years', async () => {
  const ids = [
    await stage.record({ hold_count: 1 }),
    await stage.record({ restricted: true }),
    await stage.record({ hold_count: 2, restricted: true }),
  ]
  ids.push(await stage.record({ status: 'quarantined', quarantinedAt: DUE, hold_count: 1 }))
  stage.clock.set(LONG_AFTER)
  expect(await stage.sweeper()(run)).toMatchObject({ quarantined: [], destroyed: [] })
  for (const id of ids) expect(await leftIn(stage.store, id)).toBe(1)
})

test('a recording that awaits its trigger is never due', async () => {
  const id = await stage.record({ dueAt: null, keepUntil: null, tagStates: ['pending_trigger'] })
  stage.clock.set(LONG_AFTER)
  expect(await stage.sweeper()(run)).toMatchObject({ quarantined: [], destroyed: [] })
  expect(await stage.statusOf(id)).toBe('available')
})

test('a stored date that the tags do not bear out is corrected, not obeyed', async () => {
  const early = new Date('2026-01-01T00:00:00Z')
  const wrong = await stage.record({ dueAt: early })
  const waiting = await stage.record({ dueAt: early, tagStates: ['active', 'pending_trigger'] })
  stage.clock.set(JUST_BEFORE)
  const report = await stage.sweeper()(run)
  expect(report).toMatchObject({ quarantined: [], destroyed: [] })
  expect(new Set(report.corrected)).toEqual(new Set([wrong, waiting]))
  const dates = await stage.db.selectFrom('recording').select(['id', 'due_at']).execute()
  expect(new Map(dates.map((row) => [row.id, row.due_at]))).toEqual(
    new Map([
      [wrong, DUE],
      [waiting, null],
    ]),
  )
  expect(await stage.auditOf(wrong)).toEqual(['recording.date_corrected'])
})

test('T34, F30: when the clocks disagree by more than a minute nothing runs, not even the dry run', async () => {
  const id = await stage.record()
  const years = 10 * 365 * 86_400_000
  for (const offset of [years, -years, 61_000, -61_000]) {
    const sweep = stage.sweeper({ databaseNow: async () => new Date(DUE.getTime() + offset) })
    await expect(sweep(run)).rejects.toMatchObject({ code: 'clock_disagreement' })
    await expect(sweep(dryRun)).rejects.toMatchObject({ code: 'clock_disagreement' })
  }
  expect(await stage.statusOf(id)).toBe('available')
})

test('both clocks must be past the due instant', async () => {
  await stage.record()
  const sweep = stage.sweeper({ databaseNow: async () => new Date(DUE.getTime() - 1) })
  expect((await sweep(run)).quarantined).toEqual([])
  stage.clock.set(JUST_BEFORE)
  const other = stage.sweeper({ databaseNow: async () => new Date(DUE.getTime() + 1) })
  expect((await other(run)).quarantined).toEqual([])
})

test('a clock that jumps during the run stops it before the next step', async () => {
  const id = await stage.record()
  let calls = 0
  const sweep = stage.sweeper({
    databaseNow: async () => {
      calls += 1
      return new Date(stage.clock.now().getTime() + (calls > 1 ? 3_600_000 : 0))
    },
  })
  await expect(sweep(run)).rejects.toMatchObject({ code: 'clock_disagreement' })
  expect(await stage.statusOf(id)).toBe('available')
})

test('the database tells its own time, past any transaction’s start', async () => {
  const before = Date.now()
  const now = await databaseNow(stage.db)
  expect(Math.abs(now.getTime() - before)).toBeLessThan(60_000)
})

test('T12: two runs in each night on which the clocks change find the same due recordings once', async () => {
  for (const [keepUntil, due] of [
    ['2026-03-28', '2026-03-28T23:00:00Z'],
    ['2026-10-24', '2026-10-24T22:00:00Z'],
  ] as const) {
    const id = await stage.record({ keepUntil, dueAt: new Date(due) })
    stage.clock.set(due)
    expect((await stage.sweeper()(run)).destroyed).toEqual([id])
    stage.clock.advance(3 * 3_600_000)
    expect((await stage.sweeper()(run)).destroyed).toEqual([])
  }
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { registerInstance } from '../../../src/db/instance.ts'
import { makeSweepRegularly } from '../../../src/retention/run-sweep.ts'
import type { Sweep } from '../../../src/retention/sweep.ts'
import { insertRun } from '../../../src/retention/sweep-run-queries.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { waitFor } from '../../support/processes.ts'
import { persons } from '../../support/tokens.ts'
import { DUE, type Stage, setStage } from './stage.ts'
import { openSweepApp, type SweepApp } from './sweep-app.ts'

let stage: Stage
let app: SweepApp
let directory: string
/** What the sweeper waits for between its steps. */
let gate: Promise<void> = Promise.resolve()
let wish: Parameters<Stage['sweeper']>[0] = {}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-runs-'))
  stage = await setStage(await openFileObjectStore(directory))
  const patient: Sweep = (request, signal, onProgress) =>
    stage.sweeper(wish)(request, signal, async (...told) => {
      await onProgress?.(...told)
      await gate
    })
  app = await openSweepApp(stage, patient, 1000)
})

afterAll(async () => {
  await app.close()
  await stage.close()
  await rm(directory, { recursive: true })
})

beforeEach(() => stage.clock.set(DUE.toISOString()))

afterEach(async () => {
  gate = Promise.resolve()
  wish = {}
  await stage.clear()
})

interface RunBody {
  readonly id: string
  readonly state: string
  readonly failure: string | null
  readonly scheduled: boolean
  readonly finishedAt: string | null
  readonly quarantined: readonly string[]
  readonly progress: Record<string, number> | null
}

const manager = persons.recordsManager()
const start = (body: unknown = { dryRun: false }) =>
  app.call<RunBody>('POST', '/v1/retention/sweeps', manager, body)
const look = async (path: string) => (await app.call<RunBody>('GET', path, manager)).body
const list = async () =>
  (await app.call<{ items: RunBody[] }>('GET', '/v1/retention/sweeps', manager)).body.items

test('a run that takes long is answered with where to look, shows its progress and ends with its report', async () => {
  const id = await stage.record()
  let open = () => {}
  gate = new Promise((resolve) => {
    open = resolve
  })
  const { status, location, body } = await start()
  expect([status, body.state, body.finishedAt]).toEqual([202, 'running', null])
  expect(location).toBe(`/v1/retention/sweeps/${body.id}`)
  expect((await look(location ?? '')).progress).toMatchObject({ toEnd: 1, toDestroy: 1, destroyed: 0 })
  open()
  const ended = await waitFor('the end of the run', async () => {
    const run = await look(location ?? '')
    return run.state === 'running' ? undefined : run
  })
  expect(ended).toMatchObject({ state: 'finished', quarantined: [id], destroyed: [id] })
  expect(ended.progress).toMatchObject({ quarantined: 1, destroyed: 1 })
})

test('a short run is answered with its report at once', async () => {
  const id = await stage.record()
  expect(await start()).toMatchObject({ status: 201, body: { state: 'finished', destroyed: [id] } })
})

test('a run that failed says so, and is in the list', async () => {
  await stage.record()
  wish = { databaseNow: async () => new Date(DUE.getTime() + 3_600_000) }
  expect((await start()).status).toBe(503)
  expect(await list()).toMatchObject([{ state: 'failed', failure: 'clock_disagreement', scheduled: false }])
})

test('a run whose process is gone is failed, not running for ever', async () => {
  const other = await registerInstance(stage.url)
  const id = '7b0f1a52-3c8c-4f0e-9d43-2f1f6a0d5c11'
  const run = { id, requestedBy: 'records-1', startedAt: DUE, dryRun: false }
  await insertRun(stage.db, run, other.id)
  expect((await look(`/v1/retention/sweeps/${id}`)).state).toBe('running')
  await other.close()
  expect(await look(`/v1/retention/sweeps/${id}`)).toMatchObject({ state: 'failed', failure: 'broken_off' })
})

test('the scheduler goes on while there is more, and only its runs that did something are kept', async () => {
  const ids = [await stage.record(), await stage.record(), await stage.record()]
  const logger = createLogger('error')
  logger.silent = true
  const sweepRegularly = makeSweepRegularly({ ...stage, logger, sweep: stage.sweeper({ most: 2 }) })
  const destroyed: number[] = []
  const signal = new AbortController().signal
  await sweepRegularly(signal, (counts) => {
    destroyed.push(counts.destroyed)
    stage.clock.advance(1000)
  })
  expect(destroyed).toEqual([2, 1])
  await sweepRegularly(signal, () => {})
  expect(await list()).toMatchObject([
    { scheduled: true, state: 'finished', progress: { destroyed: 1 } },
    { scheduled: true, state: 'finished', progress: { destroyed: 2 } },
  ])
  for (const id of ids) expect(await stage.statusOf(id)).toBe('destroyed')
})

test('F35: with thousands due the API goes on answering, and each of them is ended once', async () => {
  await sql`insert into recording (id, entity, status, received_at, keep_until, due_at)
    select gen_random_uuid(), 'hmbs', 'available', now(), '2026-07-15', ${DUE} from generate_series(1, 4000)`.execute(
    stage.db,
  )
  await sql`insert into purpose_tag (recording_id, purpose, legal_basis, product, rule_id, rule_version, trigger,
      trigger_date, retain_until, state)
    select id, 'purpose_0', 'contract', 'home', 'rule', 1, 'call.ended', '2026-01-15', keep_until, 'active'
    from recording`.execute(stage.db)
  wish = { graceDays: 7 }
  const running = start()
  const answers: number[] = []
  let over = false
  void running.finally(() => {
    over = true
  })
  while (!over) answers.push((await app.call('GET', '/v1/retention/due?before=2026-07-17', manager)).status)
  expect(new Set(answers)).toEqual(new Set([200]))
  const { body } = await running
  const ended = await waitFor('the end of the run', async () => {
    const run = await look(`/v1/retention/sweeps/${body.id}`)
    return run.state === 'running' ? undefined : run
  })
  expect(new Set(ended.quarantined).size).toBe(4000)
})

test('time that went back since the last sweep stops the next one', async () => {
  await start()
  stage.clock.advance(-61_000)
  expect(await start()).toMatchObject({ status: 503, body: { code: 'clock_disagreement' } })
  stage.clock.advance(2000)
  expect((await start()).status).toBe(201)
})

test('F30: a store whose clock differs stops the run; one that does not answer does not', async () => {
  await stage.record()
  wish = { storeNow: async () => new Date(DUE.getTime() - 61_000) }
  expect(await start()).toMatchObject({ status: 503, body: { code: 'clock_disagreement' } })
  wish = { storeNow: () => Promise.reject(new Error('away')) }
  expect((await start()).status).toBe(201)
})

import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSessions } from '../../../src/access/sessions.ts'
import { makeAuditTrail } from '../../../src/audit/trail.ts'
import { openDatabase } from '../../../src/db/database.ts'
import { drain, listen, portOf } from '../../../src/http/listen.ts'
import { makeFind } from '../../../src/recordings/find.ts'
import { makeExplain } from '../../../src/retention/explain.ts'
import { findFacts } from '../../../src/retention/explain-queries.ts'
import { makeFindSweep, makeListSweeps } from '../../../src/retention/find-sweep.ts'
import { makeListDue } from '../../../src/retention/list-due.ts'
import { DueListSchema, ExplanationSchema, SweepRunSchema } from '../../../src/retention/present.ts'
import { retentionEndpoints } from '../../../src/retention/routes.ts'
import { openRules } from '../../../src/retention/rules.ts'
import { makeRunSweep } from '../../../src/retention/run-sweep.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { appWith } from '../../support/app-with.ts'
import { testClock } from '../../support/clock.ts'
import { type Claims, createIssuer, type Issuer, persons } from '../../support/tokens.ts'
import { DUE, PERSONAL, type Stage, setStage } from './stage.ts'

const RULES = `format: 1
catalogue:
  entities: [hmbs]
  products: [home]
  purposes: { purpose_0: { basis: contract, nl: de overeenkomst, en: the contract } }
  notices: { '2026-01': [purpose_0] }
rules:
  - { id: rule, version: 1, purpose: purpose_0, trigger: call.ended, period: P6M, disposition: delete, ground: g, source: s }
`

let stage: Stage
let directory: string
let server: Server
let issuer: Issuer
let audit: ReturnType<typeof openDatabase>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-retention-api-'))
  stage = await setStage(await openFileObjectStore(directory))
  issuer = await createIssuer()
  audit = openDatabase(stage.url, 2)
  const { db, clock } = stage
  const logger = createLogger('error')
  logger.silent = true
  const realTime = testClock(new Date().toISOString())
  const rules = openRules(RULES)
  const app = appWith({
    issuer,
    sessions: makeSessions({ db, clock }),
    clock: realTime,
    logger,
    endpoints: retentionEndpoints({
      listDue: makeListDue(stage),
      runSweep: makeRunSweep({ ...stage, logger, sweep: stage.sweeper({ graceDays: 7 }) }),
      findSweep: makeFindSweep(stage),
      listSweeps: makeListSweeps(stage),
      find: makeFind({ db, clock, trail: makeAuditTrail(audit.pool, () => {}) }),
      explain: makeExplain({
        facts: (id) => findFacts(db, id),
        rules: () => ({ purposes: rules.purposes, find: () => rules.rules[0] }),
        clock,
        graceDays: 7,
      }),
    }),
  })
  server = await listen(app, 0, '127.0.0.1')
})

afterAll(async () => {
  await drain(server, 0)
  await audit.close()
  await stage.close()
  await rm(directory, { recursive: true })
})

async function call(path: string, claims: Claims, body?: unknown): Promise<Response> {
  const token = await issuer.token(claims)
  return fetch(`http://127.0.0.1:${portOf(server)}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

const sweep = (claims: Claims, body: unknown) => call('/v1/retention/sweeps', claims, body)
const manager = persons.recordsManager()

test('what becomes due is listed for the own entities, oldest first and in pages', async () => {
  const due = (minutes: number) => new Date(DUE.getTime() - minutes * 60_000)
  const ids = [
    await stage.record({ dueAt: due(3) }),
    await stage.record({ dueAt: due(2) }),
    await stage.record({ dueAt: due(1) }),
  ]
  const foreign = await stage.record({ dueAt: due(9) })
  await stage.db.updateTable('recording').set({ entity: 'hmbs-advies' }).where('id', '=', foreign).execute()
  await stage.record({ hold_count: 1 })
  const first = DueListSchema.parse(
    await (await call('/v1/retention/due?before=2026-07-16&limit=2', manager)).json(),
  )
  expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2))
  const next = await call(`/v1/retention/due?before=2026-07-16&limit=2&cursor=${first.nextCursor}`, manager)
  const second = DueListSchema.parse(await next.json())
  expect(second.items.map(({ id }) => id)).toEqual(ids.slice(2))
  expect(second.nextCursor).toBeNull()
  const text = JSON.stringify([first, second])
  for (const value of Object.values(PERSONAL)) expect(text).not.toContain(value)
})

test.each([
  '',
  '?before=tomorrow',
  '?before=2026-07-16&cursor=xyz',
  '?before=2026-07-16&limit=0',
  '?before=2026-07-16&more=1',
])('the list refuses "%s"', async (query) => {
  expect((await call(`/v1/retention/due${query}`, manager)).status).toBe(400)
})

test('a records manager sweeps and finds the report again; an operator only foresees', async () => {
  const id = await stage.record()
  stage.clock.set(DUE.toISOString())
  const foreseen = await sweep(persons.operator(), { dryRun: true })
  expect(foreseen.status).toBe(201)
  expect(SweepRunSchema.parse(await foreseen.json()).quarantined).toContain(id)
  expect((await sweep(persons.operator(), { dryRun: false })).status).toBe(403)
  expect(await stage.statusOf(id)).toBe('available')

  const done = await sweep(manager, { dryRun: false })
  expect(done.status).toBe(201)
  const report = SweepRunSchema.parse(await done.json())
  expect(report.quarantined).toContain(id)
  expect(await stage.statusOf(id)).toBe('quarantined')
  const again = await call(done.headers.get('location') ?? '', manager)
  expect(SweepRunSchema.parse(await again.json())).toEqual(report)
})

test('who asked for a sweep, and who was refused one, is on record', async () => {
  await sweep(persons.coach(), { dryRun: false })
  await sweep(manager, { dryRun: true, at: '2030-01-01T00:00:00Z' })
  const events = await stage.db.selectFrom('audit_event').select(['type', 'outcome', 'actor_sub']).execute()
  expect(events).toContainEqual({ type: 'retention.sweep', outcome: 'denied', actor_sub: 'coach-1' })
  expect(events).toContainEqual({ type: 'retention.sweep_requested', outcome: 'ok', actor_sub: 'records-1' })
  expect(events).toContainEqual({ type: 'retention.sweep_finished', outcome: 'ok', actor_sub: 'records-1' })
})

test('a real run at another moment is refused, and so is an unknown report', async () => {
  const response = await sweep(manager, { dryRun: false, at: '2030-01-01T00:00:00Z' })
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
    400,
    'invalid_request',
  ])
  expect((await call('/v1/retention/sweeps/nonsense', manager)).status).toBe(404)
  expect((await call('/v1/retention/sweeps/7b0f1a52-3c8c-4f0e-9d43-2f1f6a0d5c11', manager)).status).toBe(404)
})

test.each([
  ['member', persons.member('M-9')],
  ['recorder', persons.recorder()],
  ['coach', persons.coach()],
  ['agent', persons.agent()],
])('a %s may neither list what is due nor sweep', async (_role, claims) => {
  expect((await call('/v1/retention/due?before=2026-07-16', claims)).status).toBe(403)
  expect((await sweep(claims, { dryRun: true })).status).toBe(403)
})

test('the member reads why the own recording is kept; another member gets the 404 of an unknown id', async () => {
  stage.clock.set('2026-03-01T00:00:00Z')
  const id = await stage.record()
  const own = await call(`/v1/recordings/${id}/retention`, persons.member(PERSONAL.member_ref))
  const explanation = ExplanationSchema.parse(await own.json())
  expect(explanation.steps[0]?.nl).toBe(
    'Doel "de overeenkomst": bewaren volgens regel rule@1, 6 maanden na het einde van het gesprek (15 januari 2026), tot en met 15 juli 2026.',
  )
  const foreign = await call(`/v1/recordings/${id}/retention`, persons.member('M-other'))
  const unknown = await call(
    '/v1/recordings/7b0f1a52-3c8c-4f0e-9d43-2f1f6a0d5c11/retention',
    persons.member('M-other'),
  )
  expect([foreign.status, await foreign.text()]).toEqual([unknown.status, await unknown.text()])
  expect(foreign.status).toBe(404)
})

test('T50: after its destruction a recording is unknown to its member like any other id', async () => {
  const id = await stage.record()
  const member = persons.member(PERSONAL.member_ref)
  stage.clock.set(DUE.toISOString())
  await stage.sweeper({ graceDays: 0 })({ dryRun: false })
  expect(await stage.statusOf(id)).toBe('destroyed')
  const destroyed = await call(`/v1/recordings/${id}/retention`, member)
  const unknown = await call('/v1/recordings/7b0f1a52-3c8c-4f0e-9d43-2f1f6a0d5c11/retention', member)
  expect([destroyed.status, await destroyed.text()]).toEqual([404, await unknown.text()])
})

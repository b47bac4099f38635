import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeSessions } from '../../../src/access/sessions.ts'
import { composeRemains } from '../../../src/compose/certificates.ts'
import { drain, listen, portOf } from '../../../src/http/listen.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { appWith } from '../../support/app-with.ts'
import { testClock } from '../../support/clock.ts'
import { type Claims, createIssuer, type Issuer, persons } from '../../support/tokens.ts'
import { leftIn, type Stage, setStage } from './stage.ts'

let stage: Stage
let directory: string
let server: Server
let issuer: Issuer

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-anonymise-'))
  stage = await setStage(await openFileObjectStore(directory))
  issuer = await createIssuer()
  const logger = createLogger('error')
  logger.silent = true
  const app = appWith({
    issuer,
    sessions: makeSessions(stage),
    clock: testClock(new Date().toISOString()),
    logger,
    endpoints: composeRemains(stage),
  })
  server = await listen(app, 0, '127.0.0.1')
})

afterAll(async () => {
  await drain(server, 0)
  await stage.close()
  await rm(directory, { recursive: true })
})

beforeEach(async () => {
  stage.clock.set('2026-07-18T00:00:00Z')
  await stage.clear()
  await stage.db.deleteFrom('anonymous_count').execute()
})

async function anonymised(memberRef: string, days = 0): Promise<string> {
  const id = await stage.record({ status: 'quarantined', quarantinedAt: new Date('2026-07-16T00:00:00Z') })
  const startedAt = new Date(Date.parse('2026-01-02T10:00:00Z') + days * 86_400_000)
  await stage.db
    .updateTable('recording')
    .set({ member_ref: memberRef, started_at: startedAt, ended_at: new Date(startedAt.getTime() + 120_000) })
    .where('id', '=', id)
    .execute()
  await stage.db
    .updateTable('purpose_tag')
    .set({ disposition: 'anonymise' })
    .where('recording_id', '=', id)
    .execute()
  return id
}

async function destroyAll(limit = 1000): Promise<void> {
  const purge = stage.purge()
  const wanted = { quarantinedBefore: stage.clock.now(), now: stage.clock.now(), limit }
  for (let claims = await purge.claim(wanted); claims.length > 0; claims = await purge.claim(wanted))
    await purge.destroy(claims)
}

const counts = () => stage.db.selectFrom('anonymous_count').selectAll().execute()

const ask = (claims: Claims) =>
  fetch(`http://127.0.0.1:${portOf(server)}/v1/retention/counts`, {
    headers: { authorization: `Bearer ${issuer.token(claims)}` },
  })

const CELL = {
  month: '2026-01-01',
  entity: 'hmbs',
  product: 'home',
  purposes: 'purpose_0',
  duration: '1 to 5 minutes',
}

test('T28: anonymised means that no audio is left and that a count grew', async () => {
  const ids = [await anonymised('M-1'), await anonymised('M-2')]
  await destroyAll()
  for (const id of ids) {
    expect(await stage.statusOf(id)).toBe('destroyed')
    expect(await leftIn(stage.store, id)).toBe(0)
  }
  expect(await counts()).toEqual([{ ...CELL, calls: 2, members: 2 }])
})

test('a rule that says delete leaves no count', async () => {
  await stage.record({ status: 'quarantined', quarantinedAt: new Date('2026-07-16T00:00:00Z') })
  await destroyAll()
  expect(await counts()).toEqual([])
})

test('a member counts once in a cell, however many transactions destroy their calls', async () => {
  for (let day = 0; day < 7; day += 1) await anonymised('M-1', day)
  await anonymised('M-2')
  await destroyAll(3)
  expect(await counts()).toEqual([{ ...CELL, calls: 8, members: 2 }])
})

test('the calls of a member who wants no part in statistics are in no count from then on', async () => {
  await anonymised('M-1')
  await destroyAll()
  const choice = { kind: 'statistics', allowed: false, changed_at: stage.clock.now() } as const
  await stage.db
    .insertInto('member_preference')
    .values({ ...choice, member_ref: 'M-1' })
    .execute()
  const gone = await anonymised('M-1', 1)
  await anonymised('M-2', 1)
  await destroyAll()
  expect(await stage.statusOf(gone)).toBe('destroyed')
  expect(await counts()).toEqual([{ ...CELL, calls: 2, members: 2 }])
  await stage.db.deleteFrom('member_preference').execute()
})

test('a count and what remains of its recordings cannot be joined', async () => {
  const id = await anonymised('M-1')
  await destroyAll()
  const [count] = await counts()
  const tombstone = await stage.db
    .selectFrom('recording')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  expect(Object.values(count ?? {})).not.toContain(id)
  expect(JSON.stringify([tombstone, count])).not.toContain('M-1')
  expect([tombstone.product, tombstone.started_at, tombstone.ended_at]).toEqual([null, null, null])
})

test('only cells with ten members are published, of the own entities, to those who account for them', async () => {
  const rows = [
    { ...CELL, calls: 30, members: 10 },
    { ...CELL, product: 'car', calls: 30, members: 9 },
    { ...CELL, entity: 'hmbs-advies', calls: 30, members: 20 },
  ]
  await stage.db.insertInto('anonymous_count').values(rows).execute()
  for (const claims of [persons.privacyOfficer(), persons.recordsManager(), persons.auditor()]) {
    const answer = await ask(claims)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      leastMembers: 10,
      items: [{ ...CELL, month: '2026-01', purposes: ['purpose_0'], calls: 30, members: 10 }],
    })
  }
  for (const claims of [persons.coach(), persons.member('M-1'), persons.operator()])
    expect((await ask(claims)).status).toBe(403)
})

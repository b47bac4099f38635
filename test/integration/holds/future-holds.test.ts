import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { joinHolds } from '../../../src/recordings/hold-join.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { PERSONAL } from '../retention/stage.ts'
import { type HoldsApp, startHoldsApp } from './holds-app.ts'

let app: HoldsApp
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-future-'))
  app = await startHoldsApp(await openFileObjectStore(directory))
})
afterAll(async () => {
  await app.close()
  await rm(directory, { recursive: true })
})
afterEach(() => app.clear())

/** What the transaction that finishes a recording does, with some time between its steps. */
const finishReceiving = (id: string, pauseMs: number) =>
  app.db.transaction().execute(async (tx) => {
    await tx.updateTable('recording').set({ status: 'available' }).where('id', '=', id).execute()
    await delay(pauseMs)
    const joined = await joinHolds(tx, { id, now: app.clock.now() })
    await delay(pauseMs)
    return joined
  })

const receiving = () => app.record({ status: 'receiving', renditions: [] })
const future = { futureMatching: true }

test('a recording that arrives later joins the open holds that cover the future and fit it', async () => {
  const matching = await app.place({ memberRef: PERSONAL.member_ref }, future)
  expect(matching).toMatchObject({ status: 201, body: { recordings: 0 } })
  await app.place({ query: { product: 'home', from: '2026-01-15', purpose: 'purpose_0' } }, future)
  await app.place({ policy: 'P-other' }, future)
  await app.place({ query: { to: '2026-01-14' } }, future)
  const released = await app.place({ memberRef: PERSONAL.member_ref }, future)
  await app.release(released.body.id)
  const id = await receiving()
  expect(await finishReceiving(id, 0)).toBe(true)
  expect(await app.rowOf(id)).toMatchObject({ hold_count: 2, is_free: false })
  expect((await app.rowOf(id)).objects_changed_at).not.toBeNull()
  const foreign = await receiving()
  await app.db.updateTable('recording').set({ entity: 'hmbs-advies' }).where('id', '=', foreign).execute()
  expect(await finishReceiving(foreign, 0)).toBe(false)
})

test('without future matching a hold leaves later recordings alone', async () => {
  await app.record()
  await app.place({ memberRef: PERSONAL.member_ref })
  const id = await receiving()
  expect(await finishReceiving(id, 0)).toBe(false)
})

test('no recording that is being finished while a hold is placed slips through', async () => {
  const ids = await Promise.all(Array.from({ length: 60 }, receiving))
  const arrivals = ids.map(async (id, i) => {
    await delay((i % 20) * 6)
    await finishReceiving(id, i % 7)
  })
  const placings = Array.from({ length: 6 }, async (_, i) => {
    await delay(i * 20)
    return app.place({ memberRef: PERSONAL.member_ref }, future)
  })
  const placed = await Promise.all(placings)
  await Promise.all(arrivals)
  const rows = await app.db.selectFrom('recording').select('hold_count').execute()
  expect(rows.map(({ hold_count }) => hold_count)).toEqual(ids.map(() => placed.length))
})

test('a hold that is released while recordings arrive leaves none of them held', async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, receiving))
  const { body } = await app.place({ memberRef: PERSONAL.member_ref }, future)
  const arrivals = ids.map(async (id, i) => {
    await delay((i % 20) * 6)
    await finishReceiving(id, i % 7)
  })
  await delay(60)
  await app.release(body.id)
  await Promise.all(arrivals)
  const rows = await app.db.selectFrom('recording').select('hold_count').execute()
  expect(rows.map(({ hold_count }) => hold_count)).toEqual(ids.map(() => 0))
})

test('a release waits for a recording that is joining at this moment, and lets it go', async () => {
  const { body } = await app.place({ memberRef: PERSONAL.member_ref }, future)
  const id = await receiving()
  const arriving = finishReceiving(id, 400)
  await delay(600)
  await app.release(body.id)
  expect(await arriving).toBe(true)
  expect((await app.rowOf(id)).hold_count).toBe(0)
})

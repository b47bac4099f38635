import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/database.ts'
import { registerInstance } from '../../../src/db/instance.ts'
import type { RecordingStatus, Schema, TagState } from '../../../src/db/schema.ts'
import { claimForDestruction } from '../../../src/recordings/purge-queries.ts'
import { lockDue } from '../../../src/retention/sweep-queries.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { DUE, type Stage, setStage } from './stage.ts'

let stage: Stage
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-races-'))
  stage = await setStage(await openFileObjectStore(directory))
})

afterAll(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

beforeEach(() => stage.clock.set(DUE.toISOString()))

afterEach(() => stage.clear())

const run = { dryRun: false }

test('F20: eight sweepers at once destroy every recording exactly once', async () => {
  const ids = await Promise.all(Array.from({ length: 60 }, () => stage.record()))
  const instances = await Promise.all(Array.from({ length: 8 }, () => registerInstance(stage.url)))
  const reports = await Promise.all(instances.map((instance) => stage.sweeper({ instance })(run)))
  await Promise.all(instances.map((instance) => instance.close()))
  expect(reports.flatMap(({ quarantined }) => quarantined).toSorted()).toEqual(ids.toSorted())
  expect(reports.flatMap(({ destroyed }) => destroyed).toSorted()).toEqual(ids.toSorted())
  const destroyed = await stage.db
    .selectFrom('audit_event')
    .select('recording_id')
    .where('type', '=', 'recording.destroyed')
    .where('recording_id', 'in', ids)
    .execute()
  expect(destroyed).toHaveLength(ids.length)
})

test('F21: what a killed sweeper left is taken over, and ends the same', async () => {
  const dead = await registerInstance(stage.url)
  const id = await stage.record()
  const purge = stage.purge({ instance: dead })
  await stage.sweeper({ graceDays: 7 })(run)
  await purge.claim({ quarantinedBefore: stage.clock.now(), now: stage.clock.now(), limit: 10 })
  expect(await stage.sweeper()(run)).toMatchObject({ destroyed: [] })
  await dead.close()
  expect(await stage.sweeper()(run)).toMatchObject({ destroyed: [id] })
  expect((await stage.auditOf(id)).filter((type) => type === 'recording.destroyed')).toHaveLength(1)
})

test('T8: in 200 races between a hold and the sweep no recording is ever both held and gone', async () => {
  const ids = await Promise.all(Array.from({ length: 200 }, () => stage.record({ renditions: [] })))
  const hold = async (id: string) => {
    // What placing a hold does: it wins only while nobody has claimed the recording.
    const result = await stage.db
      .updateTable('recording')
      .set((eb) => ({ hold_count: eb('hold_count', '+', 1) }))
      .where('id', '=', id)
      .where('status', 'not in', ['destroying', 'destroyed'])
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }
  const sweeps = [stage.sweeper()(run), stage.sweeper()(run)]
  const held = await Promise.all(
    ids.map(async (id, i) => {
      await new Promise((resolve) => setTimeout(resolve, (i % 40) * 5))
      return (await hold(id)) ? id : undefined
    }),
  )
  await Promise.all(sweeps)
  await stage.sweeper()(run)
  const rows = await stage.db.selectFrom('recording').select(['id', 'status', 'hold_count']).execute()
  for (const { id, status, hold_count } of rows) {
    expect(hold_count).toBe(held.includes(id) ? 1 : 0)
    expect(status.startsWith('destroy')).toBe(hold_count === 0)
  }
  expect(rows.filter(({ hold_count }) => hold_count > 0).length).toBeGreaterThan(0)
})

test('the sweep never destroys what is held, restricted, waiting or not yet due, in any population', async () => {
  const day = (offset: number) => ({
    keepUntil: offsetDay(offset),
    dueAt: new Date(DUE.getTime() + offset * 86_400_000),
  })
  const anyRecording = fc.record({
    status: fc.constantFrom<RecordingStatus>(
      'receiving',
      'processing',
      'available',
      'unplayable',
      'unlinked',
      'quarantined',
    ),
    offset: fc.integer({ min: -3, max: 3 }),
    hold_count: fc.constantFrom(0, 0, 0, 1, 2),
    restricted: fc.constantFrom(false, false, false, true),
    tagStates: fc.array(
      fc.constantFrom<TagState>('active', 'active', 'suspended', 'expired', 'pending_trigger'),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecording, { minLength: 1, maxLength: 12 }), async (population) => {
      const ids = await Promise.all(
        population.map(({ offset, ...wish }) =>
          stage.record({
            ...wish,
            ...day(offset),
            renditions: [],
            ...(wish.status === 'quarantined' ? { quarantinedAt: day(offset).dueAt } : {}),
          }),
        ),
      )
      const { destroyed } = await stage.sweeper()(run)
      const expected = population.flatMap((one, i) => (mayGo(one) ? [ids[i]] : []))
      expect(destroyed.toSorted()).toEqual(expected.toSorted())
      await stage.clear()
    }),
    { numRuns: 60 },
  )
}, 180_000)

interface Member {
  readonly status: RecordingStatus
  readonly offset: number
  readonly hold_count: number
  readonly restricted: boolean
  readonly tagStates: readonly TagState[]
}

/** What the policy says in words: over, and nothing in the way. A quarantined one was over before. */
function mayGo({ status, offset, hold_count, restricted, tagStates }: Member): boolean {
  if (hold_count > 0 || restricted || offset > 0 || status === 'receiving') return false
  return status === 'quarantined' || !tagStates.includes('pending_trigger')
}

const offsetDay = (offset: number): string =>
  new Date(Date.UTC(2026, 6, 15) + offset * 86_400_000).toISOString().slice(0, 10)

test('finding what is due costs what is due: every step reads a partial index', async () => {
  await sql`insert into recording (id, entity, status, received_at, due_at, hold_count)
    select gen_random_uuid(), 'hmbs', 'available', now(), now() + (n || ' minutes')::interval, n % 2
    from generate_series(1, 20000) n`.execute(stage.db)
  await sql`analyze recording`.execute(stage.db)
  const statements: CompiledQuery[] = []
  const { pool, close } = openDatabase(stage.url, 1)
  const watched = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void statements.push(query as CompiledQuery),
  })
  const now = DUE
  const wanted = { instance: 1, inFlight: [], quarantinedBefore: now, now, limit: 4 }
  const plans = await watched.transaction().execute(async (tx) => {
    await lockDue(tx, [{ entity: 'hmbs', before: now, atMost: 100 }])
    await claimForDestruction(tx, wanted)
    const explained: string[] = []
    for (const { sql: text, parameters } of statements.filter((one) => /recording/.test(one.sql)))
      explained.push(
        JSON.stringify((await tx.executeQuery(CompiledQuery.raw(`explain ${text}`, [...parameters]))).rows),
      )
    return explained
  })
  await close()
  expect(plans[0]).toMatch(/Index (Only )?Scan using recording_due/)
  expect(plans[1]).toMatch(/Index (Only )?Scan using recording_quarantined/)
  expect(plans[1]).toMatch(/Index (Only )?Scan using recording_unfinished/)
  expect(plans.join()).not.toContain('Seq Scan on recording')
})

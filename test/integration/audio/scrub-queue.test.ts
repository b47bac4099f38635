import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Schema } from '../../../src/db/schema.ts'
import { DAY, HOUR } from '../../../src/kernel/units.ts'
import { checkedLongestAgo } from '../../../src/recordings/scrub-queries.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { ObjectStoreError } from '../../../src/storage/object-store.ts'
import { storeWith } from '../retention/stage.ts'
import { intruderOnFiles, type ScrubStage, setScrubStage } from './scrub-stage.ts'

let stage: ScrubStage

beforeEach(async () => {
  stage = await setScrubStage(await intruderOnFiles())
})
afterEach(() => stage.close())

const ago = (ms: number) => new Date(stage.clock.now().getTime() - ms)

const checkedAt = (id: string, at: Date | null) =>
  stage.db.updateTable('rendition').set({ checked_at: at }).where('recording_id', '=', id).execute()

/** Rows of files that are not there: whoever touches one finds damage. */
const rowsWithoutFiles = (count: number, daysAgo: number) =>
  sql`with new as (
      insert into recording (id, entity, status, received_at, fence, fingerprint)
      select gen_random_uuid(), 'hmbs', 'available', now(), 1, '' from generate_series(1, ${count}) returning id
    ), keyed as (
      insert into recording_key (recording_id, kek_id, wrapped) select id, 'k', '' from new returning recording_id
    )
    insert into rendition (recording_id, name, object_key, media_type, plain_bytes, cipher_bytes, sha256, age_header, checked_at)
    select recording_id, 'original', 'recordings/' || recording_id || '/original.age', 'audio/wav', 100, 300, '',
      recording_id::text::bytea, ${ago(daysAgo * DAY)} from keyed`.execute(stage.db)

test('of ten thousand files with a hundred to check, those are read and no other', async () => {
  const due = await Promise.all(Array.from({ length: 100 }, () => stage.call(['original'], 500)))
  for (const [i, id] of due.entries()) await checkedAt(id, i < 50 ? null : ago(91 * DAY))
  await rowsWithoutFiles(9900, 10)
  await sql`analyze`.execute(stage.db)
  const opened = new Set<string>()
  const { store } = stage.intruder
  const counting = storeWith(store, {
    open(key, span, signal) {
      opened.add(key)
      return store.open(key, span, signal)
    },
  })
  // A share that is larger than what is due.
  const { run, outcomes } = stage.regular({ days: 90, everyMs: 2 * DAY }, counting)
  expect(await run()).toMatchObject({ checked: 100 })
  expect(opened).toEqual(new Set(due.map((id) => renditionKey(id, 'original'))))
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['right']))
  expect(await run()).toEqual({ checked: 0, bytes: 0 })
})

test('what is to be checked next is found by its index, and no more rows are read than that', async () => {
  await rowsWithoutFiles(10_000, 10)
  await sql`analyze`.execute(stage.db)
  const statements: { readonly sql: string; readonly parameters: readonly unknown[] }[] = []
  const pool = new pg.Pool({ connectionString: stage.url, max: 1 })
  const watched = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void statements.push(query),
  })
  await checkedLongestAgo(watched, { limit: 100, seenBefore: ago(DAY) })
  await checkedLongestAgo(watched, { limit: 100, seenBefore: ago(DAY), checkedBefore: ago(5 * DAY) })
  for (const { sql: text, parameters } of statements) {
    const { rows } = await pool.query(`explain (analyze, format json) ${text}`, [...parameters])
    const scans = scansOf(rows[0]['QUERY PLAN'][0].Plan)
    const ofRenditions = scans.filter((scan) => scan['Relation Name'] === 'rendition')
    expect(ofRenditions).toMatchObject([{ 'Index Name': 'rendition_to_check', 'Actual Rows': 100 }])
    for (const scan of scans) expect(scan['Actual Rows'] * scan['Actual Loops']).toBeLessThanOrEqual(200)
  }
  expect(statements).toHaveLength(2)
  await watched.destroy()
})

interface Plan {
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly Plans?: readonly Plan[]
}

const scansOf = (plan: Plan): Plan[] => [
  ...(plan['Relation Name'] ? [plan] : []),
  ...(plan.Plans ?? []).flatMap(scansOf),
]

test('a run takes its share, new files first, and leaves the rest to the next', async () => {
  const old = await Promise.all([85, 89, 87].map(() => stage.call(['original'], 500)))
  for (const [i, id] of old.entries()) await checkedAt(id, ago(([85, 89, 87][i] as number) * DAY))
  const fresh = await stage.call(['original'], 500)
  // Four files in ninety days are two in every run of 45 days.
  const { run, outcomes } = stage.regular({ everyMs: 45 * DAY })
  await run()
  expect(outcomes.map(({ recordingId }) => recordingId)).toEqual([fresh, old[1]])
  await run()
  expect(outcomes.map(({ recordingId }) => recordingId)).toEqual([fresh, old[1], old[2], old[0]])
  expect(await run()).toEqual({ checked: 0, bytes: 0 })
})

test('what is later than the days goes before everything else and beyond the share', async () => {
  const late = await Promise.all(Array.from({ length: 5 }, () => stage.call(['original'], 500)))
  for (const id of late) await checkedAt(id, ago(100 * DAY))
  const fresh = await stage.call(['original'], 500)
  const { run, outcomes } = stage.regular()
  await run()
  expect(outcomes.slice(0, 5).map(({ recordingId }) => recordingId)).toEqual([...late].sort(compare))
  await run()
  expect(outcomes.at(-1)?.recordingId).toBe(fresh)
})

test('a run ends when it has read the bytes that its rate allows until the next', async () => {
  for (let i = 0; i < 6; i++) await checkedAt(await stage.call(['original'], 100_000), ago(100 * DAY))
  // 135,000 bytes: what is begun below that is read to its end.
  const { run } = stage.regular({ everyMs: 100, bytesPerSecond: 1_350_000 })
  for (const left of [2, 2, 2, 0]) expect((await run()).checked).toBe(left)
})

test('known damage is looked at again after a day, and keeps nothing else from its turn', async () => {
  const [damaged, other] = [await stage.call(['original'], 500), await stage.call(['original'], 500)]
  await checkedAt(damaged, ago(99 * DAY))
  const right = await stage.stored(damaged)
  await stage.intruder.replace(renditionKey(damaged, 'original'), right.subarray(0, 300))
  const { run, outcomes } = stage.regular()
  const last = async () => {
    outcomes.length = 0
    await run()
    return outcomes.map(({ recordingId, kind }) => [recordingId, kind])
  }
  expect(await last()).toContainEqual([damaged, 'lost'])
  await last()
  expect(
    (await stage.db.selectFrom('rendition').selectAll().where('recording_id', '=', other).execute())[0]
      ?.checked_at,
  ).not.toBeNull()
  stage.clock.advance(HOUR)
  expect(await last()).toEqual([])
  stage.clock.advance(DAY)
  expect(await last()).toEqual([[damaged, 'lost']])
  await stage.intruder.replace(renditionKey(damaged, 'original'), right)
  stage.clock.advance(DAY + HOUR)
  expect(await last()).toEqual([[damaged, 'right']])
  expect(await stage.findings()).toEqual([])
  const events = await stage.db
    .selectFrom('audit_event')
    .select('detail')
    .where('type', '=', 'recording.integrity_lost')
    .execute()
  expect(events).toMatchObject([{ detail: { damage: 'changed', lastRightAt: expect.any(String) } }])
})

test('one file that cannot be read is put aside for an hour; a store that is away ends the run', async () => {
  const ids = await Promise.all(Array.from({ length: 5 }, () => stage.call(['original'], 500)))
  for (const id of ids) await checkedAt(id, ago(100 * DAY))
  const [broken = '', ...others] = [...ids].sort(compare)
  const { store } = stage.intruder
  const unreadable = new Set([renditionKey(broken, 'original')])
  const failing = storeWith(store, {
    open: (key, span, signal) =>
      unreadable.has(key)
        ? Promise.reject(new ObjectStoreError('unavailable', 'the disk cannot read this'))
        : store.open(key, span, signal),
  })
  const { run, outcomes } = stage.regular({}, failing)
  await run()
  expect(outcomes.map(({ kind }) => kind)).toEqual(['unchecked', ...others.map(() => 'right')])
  expect(await run()).toEqual({ checked: 0, bytes: 0 })
  stage.clock.advance(HOUR)
  outcomes.length = 0
  await run()
  expect(outcomes).toMatchObject([{ recordingId: broken, kind: 'unchecked' }])

  for (const id of ids) await checkedAt(id, ago(100 * DAY))
  for (const id of ids) unreadable.add(renditionKey(id, 'original'))
  stage.clock.advance(HOUR)
  outcomes.length = 0
  await run()
  expect(outcomes.map(({ kind }) => kind)).toEqual(['unchecked', 'unchecked', 'unchecked'])
  expect(await stage.findings()).toEqual([])
})

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b)

import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, type OpenDatabase, openDatabase } from '../../../src/db/database.ts'
import type { RecordingStatus, TagState } from '../../../src/db/schema.ts'
import { newId } from '../../../src/kernel/ids.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'

let database: TestDatabase
let open: OpenDatabase
let db: Database

beforeAll(async () => {
  database = await createTestDatabase()
  open = openDatabase(database.url, 8)
  db = open.db
})

afterAll(async () => {
  await open.close()
  await database.drop()
})

const PURPOSES = ['complaint_handling', 'fraud_prevention', 'training_coaching']
const STATES: TagState[] = ['pending_trigger', 'active', 'suspended', 'expired', 'withdrawn', 'objected']

const tagOf = (recording_id: string, purpose: string, day: string, state: TagState) => ({
  recording_id,
  purpose,
  legal_basis: 'contract',
  product: 'home',
  rule_id: purpose,
  rule_version: 1,
  trigger: 'call.ended',
  trigger_date: day,
  retain_until: state === 'pending_trigger' ? null : day,
  state,
})

async function record(status: RecordingStatus = 'available'): Promise<string> {
  const id = newId()
  const received_at = new Date('2026-01-01T00:00:00Z')
  await db.insertInto('recording').values({ id, entity: 'hmbs', status, received_at }).execute()
  return id
}

interface Step {
  readonly kind: 'put' | 'change' | 'remove' | 'sensitivity' | 'link' | 'leave' | 'return'
  readonly recordings: readonly number[]
  readonly purpose: string
  readonly day: string
  readonly state: TagState
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('put', 'put', 'change', 'remove', 'sensitivity', 'link', 'leave', 'return'),
    recordings: fc.uniqueArray(fc.nat(3), { minLength: 1 }),
    purpose: fc.constantFrom(...PURPOSES),
    day: fc.constantFrom('2026-01-31', '2026-02-28', '2026-03-31'),
    state: fc.constantFrom(...STATES),
  }),
  { minLength: 1, maxLength: 12 },
)

/** One statement about several recordings, as the service would make it. */
async function take({ kind, recordings, purpose, day, state }: Step, all: readonly string[]): Promise<void> {
  const ids = recordings.map((index) => all[index] as string)
  const these = sql<string>`any(${ids}::uuid[])`
  const update = db.updateTable('recording').where('id', '=', these)
  const tags = ids.map((id) => tagOf(id, purpose, day, state))
  const acts: Record<Step['kind'], () => Promise<unknown>> = {
    put: () =>
      db
        .insertInto('purpose_tag')
        .values(tags)
        .onConflict((on) => on.columns(['recording_id', 'purpose']).doUpdateSet({ state }))
        .execute(),
    change: () =>
      db
        .updateTable('purpose_tag')
        .set({ retain_until: day, rule_version: 2 })
        .where('recording_id', '=', these)
        .where('purpose', '=', purpose)
        .execute(),
    remove: () => db.deleteFrom('purpose_tag').where('recording_id', '=', these).execute(),
    sensitivity: () => update.set({ sensitivity: state === 'active' ? ['health'] : [] }).execute(),
    link: () => update.set({ link_by: state === 'active' ? day : null }).execute(),
    leave: () => update.set({ status: 'quarantined' }).execute(),
    return: () => update.set({ status: 'available' }).execute(),
  }
  await acts[kind]()
}

interface Compared {
  readonly id: string
  readonly stored: unknown
  readonly scratch: unknown
}

interface Facts {
  readonly linkBy: string | null
  readonly sensitivity: readonly string[]
  readonly tags: readonly Record<string, unknown>[]
}

/** The facts without their names, in the order in which the preview reads them. */
function briefOf(facts: object): unknown {
  const { linkBy, sensitivity, tags } = facts as Facts
  const names = ['purpose', 'state', 'product', 'ruleId', 'ruleVersion', 'triggerDate', 'retainUntil']
  return [linkBy, sensitivity, tags.map((tag) => names.map((name) => tag[name]))]
}

/** What is stored of recordings in use, and what their tags say, computed here and not by the database. */
async function compared(ids: readonly string[]): Promise<Compared[]> {
  const rows = await db
    .selectFrom('recording')
    .leftJoin('ends_class', 'ends_class.id', 'recording.ends_class')
    .select([
      'recording.id',
      'facts',
      'brief',
      'link_by',
      'sensitivity',
      'ends_class.id as known',
      'ends_class',
    ])
    .distinct()
    .where('recording.id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('status', '<>', 'quarantined')
    .execute()
  const tags = await db.selectFrom('purpose_tag').selectAll().orderBy('purpose').execute()
  return rows.map(({ id, facts, brief, link_by, sensitivity, known, ends_class }) => {
    expect(known).toBe(ends_class)
    expect(brief === null ? null : JSON.parse(brief)).toEqual(facts === null ? null : briefOf(facts))
    const counting = tags.filter(
      (tag) => tag.recording_id === id && tag.state !== 'withdrawn' && tag.state !== 'objected',
    )
    const scratch = {
      linkBy: link_by,
      sensitivity,
      tags: counting.map((tag) => ({
        purpose: tag.purpose,
        state: tag.state,
        product: tag.product,
        ruleId: tag.rule_id,
        ruleVersion: tag.rule_version,
        triggerDate: tag.trigger_date,
        retainUntil: tag.retain_until,
      })),
    }
    return { id, stored: facts, scratch: counting.length === 0 ? null : scratch }
  })
}

test('after any changes the stored class of a recording is what its tags say', async () => {
  const property = fc.asyncProperty(steps, async (taken) => {
    const ids = await Promise.all([0, 1, 2, 3].map(() => record()))
    for (const step of taken) await take(step, ids)
    for (const { stored, scratch } of await compared(ids)) expect(stored).toEqual(scratch)
  })
  await fc.assert(property, { numRuns: 60 })
}, 60_000)

test('recordings that are alike share a class, whoever came first, and unlike ones do not', async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, () => record()))
  await Promise.all(
    ids.map((id, index) => {
      const tags = PURPOSES.map((purpose) => tagOf(id, purpose, `2026-05-0${1 + (index % 2)}`, 'active'))
      return db
        .insertInto('purpose_tag')
        .values(index % 4 < 2 ? tags : tags.toReversed())
        .execute()
    }),
  )
  const classes = await db
    .selectFrom('recording')
    .select('ends_class')
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .groupBy('ends_class')
    .execute()
  expect(classes).toHaveLength(2)
  for (const { stored, scratch } of await compared(ids)) expect(stored).toEqual(scratch)
})

test('changes of one recording at the same time are both in its class', async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await record()
    await Promise.all(
      PURPOSES.map((purpose) =>
        db
          .insertInto('purpose_tag')
          .values(tagOf(id, purpose, '2026-06-01', 'active'))
          .execute(),
      ),
    )
    const [one] = await compared([id])
    expect(one?.stored).toEqual(one?.scratch)
  }
})

test('uploads of new classes that cross each other neither wait nor deadlock', async () => {
  const [first, second, third, fourth] = await Promise.all([record(), record(), record(), record()])
  const put = (connection: Database, id: string, day: string) =>
    connection
      .insertInto('purpose_tag')
      .values(tagOf(id, 'fraud_prevention', day, 'active'))
      .execute()
  await db.transaction().execute(async (one) => {
    await db.transaction().execute(async (other) => {
      await put(one, first, '2030-01-01')
      await put(other, second, '2030-01-02')
      await put(one, third, '2030-01-02')
      await put(other, fourth, '2030-01-01')
    })
  })
  const found = await compared([first, second, third, fourth])
  expect(found.map(({ stored }) => stored)).toEqual(found.map(({ scratch }) => scratch))
})

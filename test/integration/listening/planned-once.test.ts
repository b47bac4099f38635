import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../src/db/database.ts'
import { findAudio } from '../../../src/recordings/listen-queries.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'

let database: TestDatabase
let lookups: OpenDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  lookups = openDatabase(database.url, 1, { planOnce: true })
})
afterAll(async () => {
  await lookups.close()
  await database.drop()
})

test('whether somebody may hear a recording is planned once per connection, not for every range', async () => {
  const scope = { memberRef: 'M-1', entities: [] }
  for (let range = 0; range < 10; range += 1) {
    const lookup = { id: randomUUID(), rendition: 'original', actorSub: 'sub', now: new Date() } as const
    expect(await findAudio(lookups.pool, lookup, scope)).toBeUndefined()
  }
  const { rows } = await lookups.pool.query(
    `select generic_plans, custom_plans from pg_prepared_statements where name = 'find-audio'`,
  )
  expect(rows).toEqual([{ generic_plans: 10, custom_plans: 0 }])
})

import pg from 'pg'
import { expect, test } from 'vitest'
import { deliverDamaged } from '../fuzz/deliver-damaged.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { ownDirectory } from '../support/processes.ts'
import { startService } from '../support/running-service.ts'
import { telephoneCorpus } from '../support/telephone-corpus.ts'

/** `npm run test:audio` does the same with 5,000. */
const FILES = 40

test('damaged recordings of every encoding are ended with and kept as they came', async () => {
  await using resources = new AsyncDisposableStack()
  const { url, drop } = await createTestDatabase()
  resources.defer(() => drop())
  const temporary = ownDirectory('damaged')
  const service = await startService({ databaseUrl: url, env: { TMPDIR: temporary } })
  resources.defer(() => service.stop())
  const database = new pg.Pool({ connectionString: url, max: 2 })
  resources.defer(() => database.end())
  // Other damage in every run; the number is in the message when a promise breaks.
  const firstSeed = Math.floor(Math.random() * 1_000_000)
  const plan = { samples: await telephoneCorpus(), files: FILES, firstSeed, say: () => {}, temporary }
  const { stored, refused, playable, unplayable, broken } = await deliverDamaged(service, database, plan)
  expect({ firstSeed, broken }).toEqual({ firstSeed, broken: [] })
  expect(stored + refused).toBe(FILES)
  expect(playable + unplayable).toBe(stored)
  expect(playable).toBeGreaterThan(0)
}, 300_000)

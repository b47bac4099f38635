import { expect, test } from 'vitest'
import { seeded } from '../../crash/calls.ts'
import { killCycles } from '../../crash/kill-cycles.ts'
import { openSite } from '../../crash/site.ts'
import { verify } from '../../crash/verify.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { createTestBucket } from '../../support/rgw.ts'

/** The short form of `npm run test:crash`. */
const CYCLES = 6

test(`after ${CYCLES} kills nothing confirmed is lost, and nothing is left over`, {
  timeout: 600_000,
}, async () => {
  const [database, bucket] = await Promise.all([createTestDatabase(), createTestBucket({ versioning: true })])
  const site = await openSite(database, bucket)
  try {
    const seed = Date.now() % 1_000_000
    const { calls, strikes } = await killCycles(site, { cycles: CYCLES, random: seeded(seed) })
    const broken = await verify(site, calls)
    expect({ seed, broken }).toEqual({ seed, broken: [] })
    expect([...strikes.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
  } finally {
    await site.close()
    await Promise.all([database.drop(), bucket.destroy()])
  }
})

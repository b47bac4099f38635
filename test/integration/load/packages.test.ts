import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPackage } from '../../load/build-package.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { ownDirectory, removeDirectory } from '../../support/processes.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type RunningService, startService } from '../../support/running-service.ts'

const MB = 1e6
let database: TestDatabase
let bucket: TestBucket
let service: RunningService
let directory: string

beforeAll(async () => {
  directory = ownDirectory('packages')
  ;[database, bucket] = await Promise.all([createTestDatabase(), createTestBucket({ versioning: true })])
  service = await startService({ databaseUrl: database.url, bucket })
})
afterAll(async () => {
  await service.stop()
  await Promise.all([database.drop(), bucket.destroy()])
  removeDirectory(directory)
})

test('a package survives a kill half-way, leaves with the memory of a piece, and verifies', async () => {
  const { bytes, residentPeak, verdict } = await buildPackage(service, {
    recordings: 6,
    bytesEach: 4 * MB,
    directory,
  })
  expect(bytes).toBeGreaterThan(6 * 4 * MB)
  expect(verdict).toContain('is genuine and complete: 6 of 6 recordings')
  expect(residentPeak).toBeLessThan(300 * MB)
})

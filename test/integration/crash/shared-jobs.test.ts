import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Job, startJobs } from '../../../src/jobs/schedule.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { waitFor } from '../../support/processes.ts'

const logger = createLogger('error')
logger.silent = true

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const start = (job: Omit<Job, 'everyMs' | 'everywhere'>) =>
  startJobs([{ ...job, everyMs: 1000, everywhere: true }], {
    ...{ databaseUrl: database.url, logger, onFailure() {} },
  })

const until = (what: string, holds: () => boolean) =>
  waitFor(what, async () => (holds() ? true : undefined), { timeoutMs: 60_000 })

test('a job that is shared out runs on several instances at the same time', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  let running = 0
  const run = async () => {
    running += 1
    await released
  }
  const instances = [start({ name: 'shared', run }), start({ name: 'shared', run })]
  await until('both to be at work', () => running >= 2)
  release()
  for (const instance of instances) await instance.stop(5000)
  expect(running).toBeGreaterThanOrEqual(2)
}, 90_000)

test('a job is asked to begin nothing more, and waited for', async () => {
  let begun = false
  let ended = false
  const jobs = start({
    name: 'patient',
    async run(stopping, deadline) {
      begun = true
      await new Promise((resolve) => stopping.addEventListener('abort', resolve))
      await new Promise((resolve) => setTimeout(resolve, 500))
      ended = !deadline.aborted
    },
  })
  await until('the job to begin', () => begun)
  await jobs.stop(20_000)
  expect(ended).toBe(true)
}, 90_000)

test('a job that does not end in time is told to leave, and may still give back what it has', async () => {
  let begun = false
  let gaveBack = false
  const jobs = start({
    name: 'stubborn',
    async run(_stopping, deadline) {
      begun = true
      await new Promise((resolve) => deadline.addEventListener('abort', resolve))
      await new Promise((resolve) => setTimeout(resolve, 200))
      gaveBack = true
    },
  })
  await until('the job to begin', () => begun)
  await jobs.stop(1000)
  expect(gaveBack).toBe(true)
}, 90_000)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startJobs } from '../../../src/jobs/schedule.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { waitFor } from '../../support/processes.ts'

const moduleAt = (path: string) => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href)

/** Another instance of the service whose job never ends. */
const OTHER = `
  const { startJobs } = await import(${moduleAt('jobs/schedule.ts')})
  const { createLogger } = await import(${moduleAt('telemetry/logger.ts')})
  const run = () => { process.stdout.write('working'); return new Promise(() => {}) }
  startJobs([{ name: 'work', everyMs: 1000, run }], {
    databaseUrl: process.argv[1], logger: createLogger('error'), onFailure() {},
  })`

test('a job whose worker was killed is taken over within a minute', async () => {
  const database = await createTestDatabase()
  const other = spawn(process.execPath, ['--input-type=module', '-e', OTHER, database.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(other.stdout, 'data')
  other.kill('SIGKILL')
  await once(other, 'exit')
  let ran = false
  const run = async () => {
    ran = true
  }
  const jobs = startJobs([{ name: 'work', everyMs: 1000, run }], {
    databaseUrl: database.url,
    logger: createLogger('error'),
    onFailure() {},
  })
  await waitFor('the job', async () => (ran ? true : undefined))
  expect(ran).toBe(true)
  await jobs.stop(1000)
  await database.drop()
}, 120_000)

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testAudio } from '../support/audio.ts'
import { callMetadata, deliver } from '../support/deliver.ts'
import { fakeTime } from '../support/fake-time.ts'
import { startPostgres, type TestDatabase, type TestPostgres } from '../support/postgres.ts'
import { ownDirectory, removeDirectory, waitFor } from '../support/processes.ts'
import { type RunningService, startService } from '../support/running-service.ts'
import { createIssuer, type Issuer, persons } from '../support/tokens.ts'

const LATER = '+200d'
const LATER_SECONDS = 200 * 24 * 3600

let postgres: TestPostgres
let database: TestDatabase
let dataDir: string
let issuer: Issuer
let id: string

beforeAll(async () => {
  postgres = await startPostgres()
  database = await postgres.createDatabase()
  dataDir = ownDirectory('due')
  issuer = await createIssuer()
})

afterAll(async () => {
  await postgres.stop()
  removeDirectory(dataDir)
})

const start = (env: Record<string, string>): Promise<RunningService> =>
  startService({
    databaseUrl: database.url,
    dataDir,
    issuer,
    env: { GRACE_DAYS: '0', SWEEP_INTERVAL: '1s', ...env },
  })

/** Tokens live by the clock of the service, not by ours. */
const later = (claims: Readonly<Record<string, unknown>>) => {
  const now = Math.floor(Date.now() / 1000) + LATER_SECONDS
  return { ...claims, iat: now, exp: now + 600 }
}

/** What is stored of calls; lists of what was destroyed and checkpoints of the audit log stay. */
const storedFiles = (): string[] =>
  readdirSync(join(dataDir, 'objects'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/destruction-list|audit/.test(entry.parentPath))
    .map((entry) => entry.name)

async function rows<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

test('a delivered call is heard by its member as long as it is kept', async () => {
  const service = await start({})
  const { bytes, mediaType } = await testAudio('wav-mulaw')
  const token = issuer.token(persons.recorder())
  const delivered = await deliver({
    baseUrl: service.baseUrl,
    token,
    metadata: callMetadata(),
    audio: bytes,
    mediaType,
  })
  expect(delivered.status).toBe(201)
  id = delivered.body.id as string
  const heard = await service.call(`/v1/recordings/${id}/audio`, persons.member('M-1'))
  expect(Buffer.from(await heard.arrayBuffer()).equals(bytes)).toBe(true)
  await service.stop()
})

test('a service whose clock runs ahead of its database destroys nothing', async () => {
  const service = await start(fakeTime(LATER))
  await waitFor('the refusal', async () => (service.logs().includes('job failed') ? true : undefined))
  expect(service.logs()).toContain('clock')
  const heard = await service.call(`/v1/recordings/${id}/audio`, later(persons.member('M-1')))
  expect(heard.status).toBe(200)
  await service.stop()
})

test('after its last day nothing of it is left: no object, no key, no row that says whose it was', async () => {
  await postgres.restart(fakeTime(LATER))
  const service = await start(fakeTime(LATER))
  await waitFor('the end of the recording', async () => {
    const { status } = await service.call(`/v1/recordings/${id}`, later(persons.member('M-1')))
    return status === 404 ? true : undefined
  })
  await waitFor('its destruction', async () => {
    const [row] = await rows<{ status: string }>('select status from recording')
    return row?.status === 'destroyed' ? true : undefined
  })
  expect(storedFiles()).toEqual([])
  expect(await rows('select 1 from recording_key union all select 1 from rendition')).toEqual([])
  const [tombstone] = await rows<Record<string, unknown>>('select * from recording')
  expect(JSON.stringify(tombstone)).not.toMatch(/M-1|A-1|call-/)
  const [event] = await rows<{ detail: { versions: number } }>(
    `select detail from audit_event where type = 'recording.destroyed'`,
  )
  // The original, what is played and its picture.
  expect(event?.detail.versions).toBeGreaterThanOrEqual(3)
  expect(await service.command('fsck')).toContain('"clean":true')
  await service.stop()
})

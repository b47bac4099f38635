import { cpSync } from 'node:fs'
import pg from 'pg'
import { askServices } from './ask-services.ts'
import { createTestDatabase, type TestDatabase, type TestPostgres } from './postgres.ts'
import { ownDirectory, removeDirectory, waitFor } from './processes.ts'
import { startService } from './running-service.ts'

/** Where the demo's calls are, all of them made ready, for tests to copy. */
interface PreparedDemo {
  readonly databaseUrl: string
  readonly dataDir: string
}

/**
 * The demo as it is a minute after its first start. Making its calls ready costs more than most tests with it, so it
 * is done once in a run.
 */
export async function prepareDemo(postgres: TestPostgres): Promise<PreparedDemo & { stop(): Promise<void> }> {
  const dataDir = ownDirectory('demo')
  const { url: databaseUrl } = await postgres.createDatabase()
  const service = await startService({ issuer: 'demo', databaseUrl, dataDir })
  try {
    await waitFor(
      'the demo calls',
      async () => service.logs().includes('demo calls delivered') || undefined,
      {
        timeoutMs: 120_000,
      },
    )
    await waitFor('the calls to be made ready', () => isReady(databaseUrl), { timeoutMs: 240_000 })
  } finally {
    await service.stop()
  }
  return { databaseUrl, dataDir, stop: async () => removeDirectory(dataDir) }
}

async function isReady(databaseUrl: string): Promise<true | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query(`select count(*)::int as left from recording r
      where status in ('receiving', 'processing') or exists (select from audio_work w where w.recording_id = r.id)`)
    return rows[0]?.left === 0 || undefined
  } finally {
    await client.end()
  }
}

/** A demo of one's own: its database and data directory, with all calls in them. */
export async function copyDemo(): Promise<{
  database: TestDatabase
  dataDir: string
  remove(): Promise<void>
}> {
  const prepared = await askServices<PreparedDemo>('demo')
  const database = await createTestDatabase(new URL(prepared.databaseUrl).pathname.slice(1))
  const dataDir = ownDirectory('demo')
  cpSync(prepared.dataDir, dataDir, { recursive: true, preserveTimestamps: true })
  return {
    database,
    dataDir,
    async remove() {
      await database.drop()
      removeDirectory(dataDir)
    },
  }
}

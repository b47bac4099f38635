import { cpSync } from 'node:fs'
import pg from 'pg'
import { askServices } from './ask-services.ts'
import { createTestDatabase, type TestDatabase, type TestPostgres } from './postgres.ts'
import { ownDirectory, removeDirectory, waitFor } from './processes.ts'
import { copyTestBucket, type TestBucket, type TestRgw } from './rgw.ts'
import { startService } from './running-service.ts'

/** Where the demo's calls are, all of them made ready, for tests to copy. */
interface PreparedDemo {
  readonly databaseUrl: string
  readonly dataDir: string
  /** Name of the bucket with their sound. */
  readonly bucket: string
}

/**
 * The demo as it is a minute after its first start. Making its calls ready costs more than most tests with it, so it
 * is done once in a run. Its recordings are in a bucket, as in production.
 */
export async function prepareDemo(
  postgres: TestPostgres,
  rgw: TestRgw,
): Promise<PreparedDemo & { stop(): Promise<void> }> {
  const dataDir = ownDirectory('demo')
  const [{ url: databaseUrl }, bucket] = await Promise.all([postgres.createDatabase(), rgw.createBucket()])
  const service = await startService({ issuer: 'demo', databaseUrl, dataDir, bucket })
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
  const stop = async () => {
    bucket.client.destroy()
    removeDirectory(dataDir)
  }
  return { databaseUrl, dataDir, bucket: bucket.bucket, stop }
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

/** A demo of one's own: its database, bucket and data directory, with all calls in them. */
export async function copyDemo(): Promise<{
  database: TestDatabase
  bucket: TestBucket
  dataDir: string
  remove(): Promise<void>
}> {
  const prepared = await askServices<PreparedDemo>('demo')
  const [database, bucket] = await Promise.all([
    createTestDatabase(new URL(prepared.databaseUrl).pathname.slice(1)),
    copyTestBucket(prepared.bucket),
  ])
  const dataDir = ownDirectory('demo')
  cpSync(prepared.dataDir, dataDir, { recursive: true, preserveTimestamps: true })
  return {
    database,
    bucket,
    dataDir,
    async remove() {
      await Promise.all([database.drop(), bucket.destroy()])
      removeDirectory(dataDir)
    },
  }
}

import type { ListMultipartUploadsCommandOutput, ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3'
import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import pg from 'pg'
import type { TestDatabase } from '../support/postgres.ts'
import type { TestBucket } from '../support/rgw.ts'
import { type RunningService, startService } from '../support/running-service.ts'

/** The service with its database and bucket, and a way to look at both without it. */
export interface Site {
  readonly service: RunningService
  readonly sql: pg.Client
  readonly bucket: TestBucket
  close(): Promise<void>
}

export async function openSite(database: TestDatabase, bucket: TestBucket): Promise<Site> {
  const service = await startService({
    databaseUrl: database.url,
    bucket,
    env: {
      GRACE_DAYS: '0',
      // Sweeps are started by the test, and at every start of the service.
      SWEEP_INTERVAL: '1d',
      SHUTDOWN_GRACE: '5s',
      LOG_LEVEL: 'warn',
    },
  })
  const sql = new pg.Client({ connectionString: database.url })
  await sql.connect()
  return {
    service,
    sql,
    bucket,
    async close() {
      await sql.end()
      await service.stop()
    },
  }
}

export interface Stored {
  /** `key` -> number of versions; delete markers are listed apart. */
  readonly versions: ReadonlyMap<string, number>
  readonly markers: readonly string[]
  readonly uploads: readonly string[]
}

/** Everything the store has of recordings, by a raw client. */
export async function listStore({ client, bucket }: TestBucket): Promise<Stored> {
  const versions = new Map<string, number>()
  const markers: string[] = []
  let next: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> | undefined = {}
  while (next) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: 'recordings/',
        KeyMarker: next.NextKeyMarker,
        VersionIdMarker: next.NextVersionIdMarker,
      }),
    )
    for (const { Key = '' } of page.Versions ?? []) versions.set(Key, (versions.get(Key) ?? 0) + 1)
    for (const { Key = '' } of page.DeleteMarkers ?? []) markers.push(Key)
    next = page.IsTruncated ? page : undefined
  }
  return { versions, markers, uploads: await listUploads({ client, bucket }) }
}

async function listUploads({ client, bucket }: Pick<TestBucket, 'client' | 'bucket'>): Promise<string[]> {
  const uploads: string[] = []
  let next: Pick<ListMultipartUploadsCommandOutput, 'NextKeyMarker' | 'NextUploadIdMarker'> | undefined = {}
  while (next) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({
        Bucket: bucket,
        Prefix: 'recordings/',
        KeyMarker: next.NextKeyMarker,
        UploadIdMarker: next.NextUploadIdMarker,
      }),
    )
    for (const { Key = '' } of page.Uploads ?? []) uploads.push(Key)
    next = page.IsTruncated ? page : undefined
  }
  return uploads
}

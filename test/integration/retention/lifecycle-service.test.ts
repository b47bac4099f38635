import {
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { waitFor } from '../../support/processes.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type RunningService, startService } from '../../support/running-service.ts'

let bucket: TestBucket
let database: TestDatabase
let service: RunningService | undefined

beforeEach(async () => {
  bucket = await createTestBucket({ objectLock: true })
  database = await createTestDatabase()
})

afterEach(async () => {
  await service?.stop()
  service = undefined
  await database.drop()
  await bucket.destroy()
})

const settings = () => ({ databaseUrl: database.url, bucket })

async function rulesNow(): Promise<readonly LifecycleRule[]> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket.bucket })
  const answer = await bucket.client.send(command).catch(() => undefined)
  return answer?.Rules ?? []
}

async function partOf(name: string): Promise<unknown> {
  const { parts } = (await (await fetch(`${service?.baseUrl}/readyz`)).json()) as {
    parts: { part: string }[]
  }
  return parts.find(({ part }) => part === name)
}

test('a service that starts gives its bucket rules for the days ahead, and says that they are kept', async () => {
  service = await startService({ ...settings(), env: { LIFECYCLE_HORIZON_DAYS: '20' } })
  await waitFor('rules', async () => ((await rulesNow()).length > 0 ? true : undefined))
  expect(await rulesNow()).toHaveLength(20 + 1 + 45 + 2)
  const kept = { part: 'lifecycle', ok: true, detail: 'kept' }
  await waitFor('readyz to say so', async () =>
    JSON.stringify(await partOf('lifecycle')) === JSON.stringify(kept) ? true : undefined,
  )
})

test('T5: a service does not start on a bucket whose rules could delete recordings early', async () => {
  const rule = {
    ID: 'clean up',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    Expiration: { Days: 3650 },
  } as const
  const LifecycleConfiguration = { Rules: [rule] }
  await bucket.client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: bucket.bucket, LifecycleConfiguration }),
  )
  await expect(startService(settings())).rejects.toThrow()
  expect((await rulesNow()).map(({ ID }) => ID)).toEqual(['clean up'])
})

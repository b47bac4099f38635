import { PutObjectCommand } from '@aws-sdk/client-s3'
import pg from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../../support/postgres.ts'
import { createTestBucket, rawClient, rgwAddress } from '../../support/rgw.ts'

test('a test database is migrated, empty and its own', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  const client = new pg.Client({ connectionString: one.url })
  await client.connect()
  const { rows } = await client.query('select count(*)::int as recordings from recording')
  await client.end()
  expect(rows).toEqual([{ recordings: 0 }])
  expect(one.url).not.toBe(other.url)
  await Promise.all([one.drop(), other.drop()])
})

test('a bucket is closed to the second account and open to the first', async () => {
  const bucket = await createTestBucket({ versioning: true })
  const address = await rgwAddress()
  const put = new PutObjectCommand({ Bucket: bucket.bucket, Key: 'a', Body: 'hello' })
  const stranger = rawClient(address, address.other)
  await expect(stranger.send(put)).rejects.toMatchObject({ name: 'AccessDenied' })
  expect((await bucket.client.send(put)).VersionId).toBeTypeOf('string')
  stranger.destroy()
  await bucket.destroy()
})

import { readFileSync } from 'node:fs'
import { CreateBucketCommand, GetObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3'

/** Makes the bucket with Object Lock (and so with versions) unless it is there; fails when it is there without. */
function setting(name: string): string {
  const file = process.env[`${name}_FILE`]
  const value = file ? readFileSync(file, 'utf8').trim() : process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

const bucket = setting('S3_BUCKET')
const client = new S3Client({
  endpoint: setting('S3_ENDPOINT'),
  region: setting('S3_REGION'),
  forcePathStyle: true,
  credentials: { accessKeyId: setting('S3_ACCESS_KEY_ID'), secretAccessKey: setting('S3_SECRET_ACCESS_KEY') },
})

const name = (error: unknown): string => (error instanceof Error ? error.name : '')

try {
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }))
} catch (error) {
  if (!['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes(name(error))) throw error
}
const { ObjectLockConfiguration: lock } = await client.send(
  new GetObjectLockConfigurationCommand({ Bucket: bucket }),
)
if (lock?.ObjectLockEnabled !== 'Enabled') throw new Error(`bucket ${bucket} has no Object Lock`)
process.stdout.write(`bucket ${bucket} is ready, with Object Lock\n`)
client.destroy()

import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketAclCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it } from 'vitest'
import { type Finding, qualifyBucket } from '../../../src/storage/qualify.ts'
import { type BucketOptions, createTestBucket, type TestBucket } from '../../support/rgw.ts'

const systemTime = { now: () => new Date() }
const made: TestBucket[] = []

async function makeBucket(options: BucketOptions): Promise<TestBucket> {
  const bucket = await createTestBucket(options)
  made.push(bucket)
  return bucket
}

async function qualify(bucket: Partial<TestBucket> & Pick<TestBucket, 'endpoint'>, clock = systemTime) {
  const { endpoint, region = 'us-east-1', bucket: name = 'no-such-bucket' } = bucket
  const { accessKeyId = 'listenbackmain', secretAccessKey = 'listenback-main-secret' } = bucket
  const config = {
    bucket: name,
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  }
  const findings = await qualifyBucket(config, { allowedRegions: ['eu-central-1'], clock })
  return { findings, states: Object.fromEntries(findings.map(({ check, state }) => [check, state])) }
}

const detailOf = (findings: readonly Finding[], check: string) =>
  findings.find((f) => f.check === check)?.detail

async function expectNothingLeft({ client, bucket: Bucket }: TestBucket): Promise<void> {
  const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket }))
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
  expect([...(Versions ?? []), ...(DeleteMarkers ?? []), ...(Uploads ?? [])]).toEqual([])
}

afterEach(async () => {
  for (const bucket of made.splice(0)) await bucket.destroy()
})

describe('qualifying a bucket of Ceph RGW', () => {
  it('finds Object Lock enforced, tags on multipart uploads dropped, and leaves nothing behind', async () => {
    const bucket = await makeBucket({ objectLock: true })
    const { states } = await qualify(bucket)
    expect(states).toEqual({
      reach: 'ok',
      region: 'warn',
      versioning: 'ok',
      'object-lock': 'ok',
      tagging: 'ok',
      'multipart-tagging': 'warn',
      // Ceph 16 honours it only where no versions are kept.
      'if-none-match': 'warn',
      'public-access': 'ok',
      lifecycle: 'ok',
      clock: 'ok',
      'probe-removed': 'ok',
    })
    await expectNothingLeft(bucket)
  })

  it('shows that a bucket keeps no versions and cannot hold objects', async () => {
    const bucket = await makeBucket({ versioning: false })
    const { states } = await qualify(bucket)
    expect(states).toMatchObject({ versioning: 'warn', 'object-lock': 'warn', 'if-none-match': 'ok' })
    await expectNothingLeft(bucket)
  })

  it('refuses a bucket whose lifecycle deletes recordings early', async () => {
    const bucket = await makeBucket({ versioning: true })
    const rule = {
      ID: 'clean up',
      Status: 'Enabled' as const,
      Filter: { Prefix: '' },
      Expiration: { Days: 30 },
    }
    const LifecycleConfiguration = { Rules: [rule] }
    await bucket.client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket: bucket.bucket, LifecycleConfiguration }),
    )
    const { states, findings } = await qualify(bucket)
    expect(states.lifecycle).toBe('fail')
    expect(detailOf(findings, 'lifecycle')).toContain('clean up')
  })

  it('refuses a bucket that anybody can list', async () => {
    const bucket = await makeBucket({ versioning: true })
    await bucket.client.send(new PutBucketAclCommand({ Bucket: bucket.bucket, ACL: 'public-read' }))
    const { states, findings } = await qualify(bucket)
    expect(states['public-access']).toBe('fail')
    expect(detailOf(findings, 'public-access')).toContain('list the bucket')
  })

  it('refuses a bucket whose objects anybody can read', async () => {
    const bucket = await makeBucket({ versioning: true })
    const Resource = `arn:aws:s3:::${bucket.bucket}/*`
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource }]
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
    await bucket.client.send(new PutBucketPolicyCommand({ Bucket: bucket.bucket, Policy }))
    expect((await qualify(bucket)).states['public-access']).toBe('fail')
  })

  it('refuses a store whose clock is more than a minute away', async () => {
    const bucket = await makeBucket({ versioning: true })
    const ahead = { now: () => new Date(Date.now() + 90_000) }
    expect((await qualify(bucket, ahead)).states.clock).toBe('fail')
  })

  it('says only that the bucket cannot be reached when it cannot', async () => {
    const { endpoint } = await makeBucket({})
    expect((await qualify({ endpoint })).states).toEqual({ reach: 'fail' })
    expect((await qualify({ endpoint: 'http://127.0.0.1:1' })).states).toEqual({ reach: 'fail' })
  })
})

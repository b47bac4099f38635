import {
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/kernel/clock.ts'
import { keepLifecycle, LifecycleConflictError } from '../../../src/storage/lifecycle.ts'
import { qualifyBucket } from '../../../src/storage/qualify.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type Fault, startFaultyProxy } from './faulty-proxy.ts'

let bucket: TestBucket
beforeEach(async () => {
  bucket = await createTestBucket({ versioning: true })
})
afterEach(() => bucket.destroy())

const terms = { today: '2026-07-15', horizonDays: 60, marginDays: 14 }

const connection = (endpoint = bucket.endpoint) => {
  const { accessKeyId, secretAccessKey, region } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  return { bucket: bucket.bucket, endpoint, region, forcePathStyle: true, credentials }
}

async function rulesNow(): Promise<LifecycleRule[]> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket.bucket })
  return (await bucket.client.send(command)).Rules ?? []
}

const put = (...Rules: LifecycleRule[]) =>
  bucket.client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: bucket.bucket, LifecycleConfiguration: { Rules } }),
  )

const ids = (rules: readonly LifecycleRule[]) => new Set(rules.map(({ ID }) => ID))

test('a bucket without rules gets ours, and is written again only when they differ', async () => {
  expect(await keepLifecycle(connection(), terms)).toBe('written')
  expect(await rulesNow()).toHaveLength(108)
  expect(await keepLifecycle(connection(), terms)).toBe('unchanged')
  expect(await keepLifecycle(connection(), { ...terms, today: '2026-07-16' })).toBe('written')
  const rules = ids(await rulesNow())
  expect(rules.has('listenback-until-2026-09-14')).toBe(true)
  expect(rules.has('listenback-until-2026-05-31')).toBe(false)
})

test('harmless rules of others stay as they are; what somebody changed in ours is set right', async () => {
  const foreign: LifecycleRule = {
    ID: 'reports',
    Status: 'Enabled',
    Filter: { Prefix: 'reports/' },
    Expiration: { Days: 30 },
  }
  const tampered: LifecycleRule = {
    ID: 'listenback-exports',
    Status: 'Disabled',
    Filter: { Prefix: 'exports/' },
    Expiration: { Days: 800 },
  }
  await put(foreign, tampered)
  expect(await keepLifecycle(connection(), terms)).toBe('written')
  const rules = await rulesNow()
  expect(rules.find(({ ID }) => ID === 'reports')).toMatchObject(foreign)
  expect(rules.find(({ ID }) => ID === 'listenback-exports')).toMatchObject({
    Status: 'Enabled',
    Expiration: { Days: 8 },
  })
  expect(await keepLifecycle(connection(), terms)).toBe('unchanged')
})

test('T5: a rule of others that could delete recordings early is refused, and nothing is written', async () => {
  await put({ ID: 'clean up', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 30 } })
  await expect(keepLifecycle(connection(), terms)).rejects.toThrow(LifecycleConflictError)
  expect(ids(await rulesNow())).toEqual(new Set(['clean up']))
})

async function throughFault<T>(fault: (method: string) => Fault, act: (endpoint: string) => Promise<T>) {
  const proxy = await startFaultyProxy(bucket.endpoint)
  proxy.fault = (method, url) => (/[?&]lifecycle/.test(url) ? fault(method) : undefined)
  try {
    return await act(proxy.endpoint)
  } finally {
    await proxy.stop()
  }
}

test('a store that knows no lifecycle rules is said to know none, not to have failed', async () => {
  const fault = { kind: 'status', status: 501, code: 'NotImplemented' } as const
  await throughFault(
    () => fault,
    async (endpoint) => {
      expect(await keepLifecycle(connection(endpoint), terms)).toBe('unsupported')
      const findings = await qualifyBucket(connection(endpoint), { allowedRegions: [], clock: systemClock })
      expect(findings.find(({ check }) => check === 'lifecycle')?.state).toBe('warn')
    },
  )
})

test('a store that refuses the rules is a failure, and one that loses its answer is written again', async () => {
  const denied = { kind: 'status', status: 403, code: 'AccessDenied' } as const
  const act = (endpoint: string) => keepLifecycle(connection(endpoint), terms)
  await expect(throughFault((method) => (method === 'PUT' ? denied : undefined), act)).rejects.toThrow()
  let lost = 0
  const loseOnce = (method: string): Fault =>
    method === 'PUT' && lost++ === 0 ? { kind: 'lose-answer' } : undefined
  expect(await throughFault(loseOnce, act)).toBe('written')
  expect(lost).toBe(2)
  expect(await rulesNow()).toHaveLength(108)
})

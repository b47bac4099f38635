import type { LifecycleRule } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { judgeLifecycle } from '../../../src/storage/lifecycle-rules.ts'

const rule = (rest: Partial<LifecycleRule>): LifecycleRule => ({ ID: 'x', Status: 'Enabled', ...rest })
const dueTags = [
  { Key: 'retain-until', Value: '2027-05-22' },
  { Key: 'hold', Value: 'none' },
]

describe('lifecycle rules of the bucket', () => {
  it.each<[string, LifecycleRule, 'ok' | 'warn' | 'fail']>([
    ['that expire everything', rule({ Filter: { Prefix: '' }, Expiration: { Days: 1 } }), 'fail'],
    ['without a filter', rule({ Expiration: { Date: new Date('2030-01-01') } }), 'fail'],
    [
      'that expire a part of recordings/',
      rule({ Prefix: 'recordings/0', Expiration: { Days: 9999 } }),
      'fail',
    ],
    [
      'that expire what starts alike',
      rule({ Prefix: 'rec', NoncurrentVersionExpiration: { NoncurrentDays: 1 } }),
      'fail',
    ],
    [
      'that ask for one of the two tags',
      rule({ Filter: { And: { Tags: dueTags.slice(0, 1) } }, Expiration: { Days: 1 } }),
      'fail',
    ],
    ['that ask for both tags', rule({ Filter: { And: { Tags: dueTags } }, Expiration: { Days: 1 } }), 'ok'],
    ['that are switched off', rule({ Status: 'Disabled', Expiration: { Days: 1 } }), 'ok'],
    ['for exports', rule({ Filter: { Prefix: 'exports/' }, Expiration: { Days: 7 } }), 'ok'],
    ['for stale uploads', rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }), 'ok'],
    ['for lonely markers', rule({ Expiration: { ExpiredObjectDeleteMarker: true } }), 'ok'],
    ['that move recordings', rule({ Transitions: [{ Days: 30, StorageClass: 'GLACIER' }] }), 'warn'],
  ])('%s are judged', (_what, given, state) => {
    expect(judgeLifecycle([given]).state).toBe(state)
  })
})

import type { LifecycleRule } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { judgeLifecycle } from '../../../src/storage/lifecycle-judge.ts'

const rule = (rest: Partial<LifecycleRule>): LifecycleRule => ({ ID: 'x', Status: 'Enabled', ...rest })
const dueTags = (until: string, hold = 'none') => ({
  And: {
    Tags: [
      { Key: 'retain-until', Value: until },
      { Key: 'hold', Value: hold },
    ],
  },
})
const Tag = { Key: 'retain-until', Value: '2027-05-22' }
const on = (day: string) => ({ Date: new Date(`${day}T00:00:00Z`) })
const dayAfter = { Filter: dueTags('2027-05-22'), Expiration: on('2027-05-23') }
const hidden = { NoncurrentVersionExpiration: { NoncurrentDays: 1 } }

describe('T5: lifecycle rules of the bucket', () => {
  it.each<[string, LifecycleRule, 'ok' | 'warn' | 'fail']>([
    ['that expire everything', rule({ Filter: { Prefix: '' }, Expiration: { Days: 1 } }), 'fail'],
    ['without a filter', rule({ Expiration: on('2030-01-01') }), 'fail'],
    ['with an empty filter', rule({ Filter: {}, Expiration: { Days: 3650 } }), 'fail'],
    [
      'that expire a part of recordings/',
      rule({ Prefix: 'recordings/0', Expiration: { Days: 9999 } }),
      'fail',
    ],
    ['that expire what starts alike', rule({ Prefix: 'rec', ...hidden }), 'fail'],
    [
      'that expire the destruction list',
      rule({ Prefix: 'destruction-list/', Expiration: { Days: 30 } }),
      'fail',
    ],
    ['for large objects', rule({ Filter: { ObjectSizeGreaterThan: 1 }, Expiration: { Days: 30 } }), 'fail'],
    [
      'that keep some hidden versions',
      rule({ NoncurrentVersionExpiration: { NewerNoncurrentVersions: 5 } }),
      'fail',
    ],
    ['that ask for one tag', rule({ Filter: { Tag }, Expiration: on('2027-05-23') }), 'fail'],
    ['for due objects, by age', rule({ Filter: dueTags('2027-05-22'), Expiration: { Days: 1 } }), 'fail'],
    ['for due objects, on the last day', rule({ ...dayAfter, Expiration: on('2027-05-22') }), 'fail'],
    ['for due objects, the day after', rule(dayAfter), 'ok'],
    ['for held objects', rule({ ...dayAfter, Filter: dueTags('2027-05-22', 'held') }), 'fail'],
    ['for objects without an end', rule({ ...dayAfter, Filter: dueTags('open') }), 'fail'],
    ['of others for hidden versions', rule({ ...dayAfter, ...hidden }), 'fail'],
    [
      'of ours for hidden versions',
      rule({ ...dayAfter, ...hidden, ID: 'listenback-until-2027-05-22' }),
      'ok',
    ],
    ['called like ours that expire all', rule({ ID: 'listenback-x', Expiration: { Days: 1 } }), 'fail'],
    ['that are switched off', rule({ Status: 'Disabled', Expiration: { Days: 1 } }), 'ok'],
    ['for exports', rule({ Filter: { Prefix: 'exports/' }, Expiration: { Days: 7 } }), 'ok'],
    ['for stale uploads', rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }), 'ok'],
    ['for lonely markers', rule({ Expiration: { ExpiredObjectDeleteMarker: true } }), 'ok'],
    ['that move recordings', rule({ Transitions: [{ Days: 30, StorageClass: 'GLACIER' }] }), 'warn'],
  ])('%s are judged', (_what, given, state) => {
    expect(judgeLifecycle([given]).state).toBe(state)
  })
})

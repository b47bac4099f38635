import { describe, expect, test } from 'vitest'
import { makeRateLimit, networkOf } from '../../../src/access/rate-limit.ts'
import { MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { testClock } from '../../support/clock.ts'

const limitOf = (perMinute: number) => {
  const clock = testClock('2026-03-01T09:00:00Z')
  const count = makeRateLimit({ clock, perMinute })
  const allows = (address: string | undefined) => {
    try {
      count(address)
      return true
    } catch {
      return false
    }
  }
  return { clock, count, allows }
}

describe('the rate limit', () => {
  test('lets an address through so many times a minute, and says when to come back', () => {
    const { clock, count, allows } = limitOf(2)
    expect([1, 2, 3].map(() => allows('192.0.2.1'))).toEqual([true, true, false])
    clock.advance(45 * SECOND)
    expect(() => count('192.0.2.1')).toThrow(
      expect.objectContaining({ code: 'too_many_requests', retryAfterSeconds: 15 }),
    )
    clock.advance(15 * SECOND)
    expect(allows('192.0.2.1')).toBe(true)
  })

  test('counts each address for itself, and unknown addresses together', () => {
    const { allows } = limitOf(1)
    expect(['192.0.2.1', '192.0.2.2', undefined, undefined].map(allows)).toEqual([true, true, true, false])
  })

  test('is not got round by changing addresses inside one IPv6 network', () => {
    const { allows } = limitOf(1)
    expect(['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8:0:1::1'].map(allows)).toEqual([
      true,
      false,
      true,
    ])
  })

  test('remembers ten thousand addresses and no more', () => {
    const { clock, allows } = limitOf(1)
    allows('first')
    for (let n = 0; n < 10_000; n += 1) allows(`address-${n}`)
    expect(allows('first')).toBe(true)
    expect(allows('address-9999')).toBe(false)
    clock.advance(MINUTE)
    expect(allows('address-9999')).toBe(true)
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001::', '2001:db8:1:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

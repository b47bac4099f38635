import { isIPv6 } from 'node:net'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { MINUTE, SECOND } from '../kernel/units.ts'

const WINDOW_MS = MINUTE
const MAX_ADDRESSES = 10_000

/**
 * Counts requests by client address in windows of one minute; throws Problem('too_many_requests')
 * beyond the limit. In memory and bounded: it protects this instance, it is no ledger.
 */
export function makeRateLimit({ clock, perMinute }: { clock: Clock; perMinute: number }) {
  const windows = new Map<string, { until: number; count: number }>()
  return function countRequest(address: string | undefined): void {
    const now = clock.now().getTime()
    const key = networkOf(address ?? '')
    let window = windows.get(key)
    if (!window || window.until <= now) {
      // Re-inserted at the end, so that the first entry is always the oldest window.
      windows.delete(key)
      window = { until: now + WINDOW_MS, count: 0 }
      windows.set(key, window)
      forgetOldest(windows)
    }
    window.count += 1
    if (window.count <= perMinute) return
    throw new Problem('too_many_requests', { retryAfterSeconds: Math.ceil((window.until - now) / SECOND) })
  }
}

function forgetOldest(windows: Map<string, unknown>): void {
  const [oldest] = windows.keys()
  if (windows.size > MAX_ADDRESSES && oldest !== undefined) windows.delete(oldest)
}

/** One IPv6 customer has a /64 of addresses at least, so that is what counts as one. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const groups = head ? head.split(':') : []
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail ? tail.split(':').length : 0)
  const prefix = [...groups, ...Array<string>(missing).fill('0'), ...(tail?.split(':') ?? [])].slice(0, 4)
  return `${prefix.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`
}

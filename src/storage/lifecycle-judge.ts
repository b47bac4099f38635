import type { LifecycleRule } from '@aws-sdk/client-s3'
import { DAY } from '../kernel/units.ts'
import { isOurs } from './lifecycle-rules.ts'
import type { Finding } from './qualify.ts'

/** Recordings, and the lists of what was destroyed, which a restored backup needs. */
const PRECIOUS = ['recordings/', 'destruction-list/', 'replaced-list/', 'audit/']

/**
 * Whether the bucket's lifecycle rules could end a recording before the service wants it gone. A rule
 * is harmless when it is off, never deletes or moves, cannot match what is precious, or waits for a
 * date after the day that the objects it asks for are kept until. Every other condition (size, number
 * of versions, foreign tags) leaves recordings that match, so it does not count.
 */
export function judgeLifecycle(rules: readonly LifecycleRule[]): Omit<Finding, 'check'> {
  const active = rules.filter((rule) => rule.Status === 'Enabled' && reachesPrecious(rule))
  const deleting = active.filter((rule) => deletes(rule) && !waitsForItsDay(rule))
  if (deleting.length > 0) {
    return { state: 'fail', detail: `rules that could delete recordings early: ${names(deleting)}` }
  }
  const moving = active.filter(
    (rule) => rule.Transitions?.length || rule.NoncurrentVersionTransitions?.length,
  )
  if (moving.length > 0) {
    return { state: 'warn', detail: `rules that move recordings to another storage class: ${names(moving)}` }
  }
  return { state: 'ok', detail: 'no rule can delete recordings early' }
}

function reachesPrecious({ Filter, Prefix }: LifecycleRule): boolean {
  const prefix = Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? ''
  return PRECIOUS.some((precious) => precious.startsWith(prefix) || prefix.startsWith(precious))
}

function deletes({ Expiration, NoncurrentVersionExpiration }: LifecycleRule): boolean {
  return Boolean(Expiration?.Days || Expiration?.Date || NoncurrentVersionExpiration)
}

/**
 * Asks for objects that are kept until a day and held by nobody, and waits until that day is over. Days
 * since creation wait for nothing; days since a version was hidden are as they should be in our rules only.
 */
function waitsForItsDay(rule: LifecycleRule): boolean {
  const { Filter, Expiration, NoncurrentVersionExpiration } = rule
  const tags = new Map((Filter?.And?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))
  if (tags.get('hold') !== 'none' || !Expiration?.Date || Expiration.Days) return false
  const dayIsOver = Date.parse(`${tags.get('retain-until')}T00:00:00Z`) + DAY
  return Expiration.Date.getTime() >= dayIsOver && (isOurs(rule) || !NoncurrentVersionExpiration)
}

const names = (rules: readonly LifecycleRule[]): string =>
  rules.map((rule) => rule.ID ?? '(without a name)').join(', ')

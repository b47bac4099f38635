import type { LifecycleRule } from '@aws-sdk/client-s3'
import type { Finding } from './qualify.ts'

const RECORDINGS = 'recordings/'

/**
 * Whether the bucket's lifecycle rules could end a recording before the service wants it gone.
 * A rule is harmless when it never deletes or moves, cannot match `recordings/`, or asks for the tags
 * that say the recording is due and held by nobody.
 */
export function judgeLifecycle(rules: readonly LifecycleRule[]): Omit<Finding, 'check'> {
  const active = rules.filter((rule) => rule.Status === 'Enabled' && reachesRecordings(rule))
  const deleting = active.filter((rule) => deletes(rule) && !waitsForDueTags(rule))
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

function reachesRecordings({ Filter, Prefix }: LifecycleRule): boolean {
  const prefix = Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? ''
  return RECORDINGS.startsWith(prefix) || prefix.startsWith(RECORDINGS)
}

function deletes({ Expiration, NoncurrentVersionExpiration }: LifecycleRule): boolean {
  return Boolean(Expiration?.Days || Expiration?.Date || NoncurrentVersionExpiration)
}

function waitsForDueTags({ Filter }: LifecycleRule): boolean {
  const tags = new Map((Filter?.And?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))
  return tags.has('retain-until') && tags.get('hold') === 'none'
}

const names = (rules: readonly LifecycleRule[]): string =>
  rules.map((rule) => rule.ID ?? '(without a name)').join(', ')

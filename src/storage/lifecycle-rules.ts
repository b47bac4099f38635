import type { LifecycleRule } from '@aws-sdk/client-s3'
import type { CalendarDay } from '../kernel/calendar.ts'
import { DAY } from '../kernel/units.ts'

export interface LifecycleTerms {
  /** The day in Amsterdam. */
  readonly today: CalendarDay
  /** Days ahead that have a rule already: how long the service may be away. */
  readonly horizonDays: number
  /** Days between the last day of a recording and its removal by the store; more than the grace. */
  readonly marginDays: number
  /** Days a rule stays after the store began to act on it, because stores take their time. */
  readonly pastDays?: number
  /** Last days of recordings that the service is still to end itself: they get no rule yet. */
  readonly withheld?: ReadonlySet<CalendarDay>
}

/** Our rules begin with this; every other rule in the bucket is somebody else's. */
const OURS = 'listenback-'
/** S3 takes no more in one bucket. */
export const MOST_RULES = 1000
const PAST_DAYS = 30
const ABORT_AFTER_DAYS = 2
const EXPORT_DAYS = 8

export const isOurs = ({ ID = '' }: LifecycleRule): boolean => ID.startsWith(OURS)

/** The day at whose UTC midnight the store begins to remove what could be kept until `lastDay`. */
export const storageEndOf = (lastDay: CalendarDay, marginDays: number): CalendarDay =>
  shifted(lastDay, marginDays + 1)

/**
 * The rules by which the store itself ends what the service should have ended: one for each last day,
 * for objects that carry this day and are held by nobody. A bucket rule has no word for "whatever is
 * past its tag", hence one rule a day over a rolling horizon; and a bucket that is asked for too many
 * rules takes none, hence RangeError beyond its limit.
 */
export function lifecycleRules(terms: LifecycleTerms): LifecycleRule[] {
  const { today, horizonDays, marginDays, pastDays = PAST_DAYS, withheld = new Set() } = terms
  const behind = marginDays + 1 + pastDays
  const days = Array.from({ length: behind + horizonDays + 1 }, (_, index) => shifted(today, index - behind))
  const rules = [
    tidyRule,
    exportRule,
    ...days.filter((day) => !withheld.has(day)).map((day) => dayRule(day, terms)),
  ]
  if (rules.length > MOST_RULES)
    throw new RangeError(`${rules.length} lifecycle rules are more than the ${MOST_RULES} a bucket takes`)
  return rules
}

const shifted = (day: CalendarDay, days: number): CalendarDay =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 'YYYY-MM-DD'.length)

/** What an end leaves behind: parts nobody completes, and delete markers with nothing under them. */
const tidyRule: LifecycleRule = {
  ID: `${OURS}tidy`,
  Status: 'Enabled',
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_AFTER_DAYS },
  Expiration: { ExpiredObjectDeleteMarker: true },
}

const exportRule: LifecycleRule = {
  ID: `${OURS}exports`,
  Status: 'Enabled',
  Filter: { Prefix: 'exports/' },
  Expiration: { Days: EXPORT_DAYS },
  NoncurrentVersionExpiration: { NoncurrentDays: 1 },
}

/**
 * Expiration hides a current version behind a delete marker; NoncurrentDays after that moment the bytes
 * go. The count also runs for a version that somebody hid by mistake, so until the date it is longer
 * than any rule waits for its date: hidden is not lost before its time. Once the date has come, nothing
 * needs to stay.
 */
function dayRule(lastDay: CalendarDay, { today, horizonDays, marginDays }: LifecycleTerms): LifecycleRule {
  const end = storageEndOf(lastDay, marginDays)
  return {
    ID: `${OURS}until-${lastDay}`,
    Status: 'Enabled',
    Filter: {
      And: {
        Prefix: 'recordings/',
        Tags: [
          { Key: 'retain-until', Value: lastDay },
          { Key: 'hold', Value: 'none' },
        ],
      },
    },
    Expiration: { Date: new Date(`${end}T00:00:00Z`) },
    NoncurrentVersionExpiration: { NoncurrentDays: end <= today ? 1 : horizonDays + marginDays + 1 },
  }
}

import type { Assignment, Subject } from '../access/policy.ts'
import { dayOf } from '../kernel/calendar.ts'
import { trainingUse } from './training-use.ts'

/** What is known of a coach's item of a sample, in the moment in which they ask for its audio. */
export interface AssignmentFacts {
  /** Last day, inclusive, in Europe/Amsterdam. */
  readonly endsOn: string
  readonly isWithdrawn: boolean
  /** Evidence in a dispute is no material for training. */
  readonly isHeld: boolean
}

/**
 * Whether a coach may still listen to the recording for the sample they name. Asked anew for every range and
 * every few seconds of a running stream, so that an objection or a new flag need not wait for any job.
 */
export function assignmentOf(
  facts: AssignmentFacts | null,
  subject: Pick<Subject, 'tags' | 'sensitivity'>,
  now: Date,
): Assignment {
  if (facts === null) return 'none'
  const isOver = facts.isWithdrawn || facts.isHeld || dayOf(now) > facts.endsOn
  return isOver || trainingUse(subject, now) !== 'allowed' ? 'over' : 'live'
}

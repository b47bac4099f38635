import { type CalendarDay, dayOf } from '../kernel/calendar.ts'
import type { Trigger } from './rules-file.ts'

/** What other systems report about policies, claims, cases and applications. */
export const EVENT_TYPES = [
  'policy.started',
  'policy.ended',
  'claim.closed',
  'claim.reopened',
  'case.closed',
  'case.reopened',
  'application.rejected',
  'advice.given',
] as const

export type EventType = (typeof EVENT_TYPES)[number]
/** An event that a retention period can count from. */
export type AwaitedType = Exclude<Trigger, 'call.ended' | 'archived'>
/** What a recording's `links` name. */
export type Link = 'policy' | 'claim' | 'complaint'

/** An event as its sender reported it. */
export interface BusinessEvent {
  /** Unique for its sender. */
  readonly id: string
  readonly sender: string
  readonly type: EventType
  /** Number of the policy, claim or case. */
  readonly ref: string
  /** The companies for which the sender speaks. */
  readonly entities: readonly string[]
  readonly occurredAt: Date
  /** Id of an event of the same sender in whose place this one comes. */
  readonly corrects: string | null
}

const AWAITED: Readonly<Record<AwaitedType, { readonly link: Link; readonly undoneBy?: EventType }>> = {
  'policy.ended': { link: 'policy', undoneBy: 'policy.started' },
  'claim.closed': { link: 'claim', undoneBy: 'claim.reopened' },
  'case.closed': { link: 'complaint', undoneBy: 'case.reopened' },
  'application.rejected': { link: 'policy', undoneBy: 'policy.started' },
  'advice.given': { link: 'policy' },
}

const AWAITED_TYPES = Object.keys(AWAITED) as AwaitedType[]

export const isAwaitedType = (type: string): type is AwaitedType => type in AWAITED

/** Which link of a recording an event is about. */
export const subjectOf = (type: EventType): Link => {
  const [answered] = answersChangedBy(type)
  if (!answered) throw new TypeError(`nothing awaits ${type}`)
  return linkOf(answered)
}

/** Which link of a recording the `ref` of an awaited event has to equal. */
export const linkOf = (type: AwaitedType): Link => AWAITED[type].link

/** The awaited events whose answer an event can change: its own, or those that it undoes. */
export const answersChangedBy = (type: EventType): AwaitedType[] =>
  AWAITED_TYPES.filter((awaited) => awaited === type || AWAITED[awaited].undoneBy === type)

/**
 * The day on which an awaited event occurred, or null while it has not, or has been undone. Decided by
 * the latest of the standing events, so that the order of the reports makes no difference; at the same
 * instant the one that keeps longer wins.
 */
export function occurredOn(
  events: readonly BusinessEvent[],
  awaited: { readonly type: AwaitedType; readonly ref: string },
  entity: string,
): CalendarDay | null {
  const { undoneBy } = AWAITED[awaited.type]
  const latest = events
    .filter(
      ({ type, ref, entities }) =>
        ref === awaited.ref && (type === awaited.type || type === undoneBy) && entities.includes(entity),
    )
    .reduce<BusinessEvent | undefined>(
      (last, next) => (last && !isLater(next, last, undoneBy) ? last : next),
      undefined,
    )
  return latest?.type === awaited.type ? dayOf(latest.occurredAt) : null
}

const isLater = (next: BusinessEvent, last: BusinessEvent, undoneBy: EventType | undefined): boolean => {
  const ms = next.occurredAt.getTime() - last.occurredAt.getTime()
  return ms > 0 || (ms === 0 && next.type === undoneBy)
}

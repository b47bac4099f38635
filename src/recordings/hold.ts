import { addPeriod, type CalendarDay } from '../kernel/calendar.ts'
import { Problem } from '../kernel/problem.ts'

export const HOLD_TYPES = ['complaint', 'claim', 'litigation', 'regulator'] as const
export type HoldType = (typeof HOLD_TYPES)[number]

/** What a recording must be for a hold to cover it; every named one has to be true. Days are inclusive. */
export interface Criteria {
  readonly memberRef?: string | undefined
  readonly policy?: string | undefined
  readonly claim?: string | undefined
  readonly complaint?: string | undefined
  readonly from?: CalendarDay | undefined
  readonly to?: CalendarDay | undefined
  readonly product?: string | undefined
  readonly team?: string | undefined
  readonly agentRef?: string | undefined
  readonly purpose?: string | undefined
}

/** What a hold covers: named recordings, or whatever fits. */
export type HoldScope =
  | { readonly recordings: readonly string[] }
  | { readonly memberRef: string }
  | { readonly policy: string }
  | { readonly claim: string }
  | { readonly complaint: string }
  | { readonly query: Criteria }

export interface NewHold {
  readonly id: string
  readonly type: HoldType
  readonly matterRef: string
  readonly entity: string
  readonly scope: HoldScope
  /** Whether it also covers recordings that arrive later and fit its scope. */
  readonly futureMatching: boolean
  readonly reason: string
  readonly placedBy: string
  readonly placedAt: Date
  /** Somebody has to look at it by this day; past it, it alarms and holds on. */
  readonly reviewBy: CalendarDay
}

/** Longest time before a hold has to be looked at again; it never ends by itself. */
const LONGEST_REVIEW = 'P12M'

/** The day of review: the one asked for, or the latest possible. Throws Problem('invalid_request'). */
export function reviewDay(asked: CalendarDay | undefined, today: CalendarDay): CalendarDay {
  const latest = addPeriod(today, LONGEST_REVIEW)
  if (asked === undefined) return latest
  if (asked > today && asked <= latest) return asked
  throw new Problem('invalid_request', {
    errors: [{ field: 'reviewBy', message: `must lie after ${today} and not after ${latest}` }],
  })
}

/** The one entity of the hold: the named one, or the only one the actor has. Throws Problem. */
export function entityOf(asked: string | undefined, entities: readonly string[]): string {
  if (asked !== undefined && !entities.includes(asked)) throw new Problem('forbidden')
  const entity = asked ?? (entities.length === 1 ? entities[0] : undefined)
  if (entity !== undefined) return entity
  throw new Problem('invalid_request', { errors: [{ field: 'entity', message: 'must name one of yours' }] })
}

/** The kind of a scope, which says nothing about anybody. */
export const kindOf = (scope: HoldScope): string => Object.keys(scope)[0] ?? ''

import type { Allowance } from './sweep-plan.ts'

/** When a run asks before it goes on: a wrong rule or clock makes very much due at once. */
export interface BreakerLimits {
  /** Most recordings of one entity that may leave use in one Amsterdam day without being asked about. */
  readonly count: number
  /** Largest part of the recordings of an entity for which the same holds. */
  readonly share: number
  /** A few are never asked about, however large a part they are. */
  readonly few: number
}

export const breakerLimits = (count: number): BreakerLimits => ({ count, share: 0.05, few: 100 })

/** An approval by two people that is in force. */
export interface Approved {
  readonly id: string
  readonly before: Date
  /** How many more it covers. */
  readonly left: number
}

/** What is due in one entity, and what it has been allowed. */
export interface Load {
  readonly entity: string
  readonly due: number
  /** Of what is due, how many `approved` covers. */
  readonly covered: number
  readonly approved: Approved | null
  /** How many left use today without an approval. */
  readonly today: number
  /** Recordings in use; any number that is large enough will do where it decides nothing. */
  readonly live: number
}

export type Judged =
  | { readonly kind: 'allowed'; readonly allowance: Allowance }
  /** The allowance is what was approved; the rest waits for people. */
  | { readonly kind: 'stopped'; readonly load: Load; readonly asked: number; readonly allowance: Allowance }

/** Pure: how many recordings of an entity may leave use now. Everything that was approved may. */
export function judge(load: Load, now: Date, limits: BreakerLimits): Judged {
  const { entity, due, covered, approved } = load
  const unapproved = due - covered
  if (!tooMuch(load, limits)) return { kind: 'allowed', allowance: { entity, atMost: due, before: now } }
  const allowance = { entity, atMost: covered, before: approved?.before ?? now }
  return { kind: 'stopped', load, asked: unapproved, allowance }
}

/** From which number of recordings in use on a part of them is no longer too large. */
export const enoughInUse = (leaving: number, { share }: BreakerLimits): number => Math.ceil(leaving / share)

function tooMuch({ due, covered, today, live }: Load, limits: BreakerLimits): boolean {
  const unapproved = due - covered
  if (unapproved === 0) return false
  const leaving = unapproved + today
  if (leaving > limits.count) return true
  return leaving > limits.few && leaving > limits.share * (live + today)
}

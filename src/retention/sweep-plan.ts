import type { Share } from '../recordings/purge-queries.ts'

/** Recordings of one entity that may leave use: those due by a moment, and no more than a number. */
export interface Allowance extends Share {
  readonly before: Date
}

/**
 * Divides a number among entities so that none gets less than an equal part unless it has less to do,
 * and what it leaves goes to the others. Pure, so that a dry run and the run divide alike.
 */
export function shareOut<T extends Share>(total: number, wanted: readonly T[]): T[] {
  const smallestFirst = wanted
    .filter(({ atMost }) => atMost > 0)
    .toSorted((a, b) => a.atMost - b.atMost || (a.entity < b.entity ? -1 : 1))
  let left = total
  return smallestFirst
    .map((one, index) => {
      const atMost = Math.min(one.atMost, Math.ceil(left / (smallestFirst.length - index)))
      left -= atMost
      return { ...one, atMost }
    })
    .filter(({ atMost }) => atMost > 0)
}

export const sumOf = (shares: readonly Share[]): number => shares.reduce((sum, { atMost }) => sum + atMost, 0)

/** What is left of shares after so many recordings of each entity were dealt with. */
export const lessDone = <T extends Share>(shares: readonly T[], done: ReadonlyMap<string, number>): T[] =>
  shares.map((share) => ({ ...share, atMost: share.atMost - (done.get(share.entity) ?? 0) }))

/** Shares and further recordings of the same or other entities, together. */
export function plus(shares: readonly Share[], more: ReadonlyMap<string, number>): Share[] {
  const sums = new Map(shares.map(({ entity, atMost }) => [entity, atMost]))
  for (const [entity, count] of more) sums.set(entity, (sums.get(entity) ?? 0) + count)
  return [...sums].map(([entity, atMost]) => ({ entity, atMost }))
}

export interface Work {
  /** Most recordings that one run takes out of use, and most that it destroys. */
  readonly most: number
  readonly graceDays: number
  /** What may leave use. */
  readonly allowed: readonly Allowance[]
  /** Destructions that were broken off or that two people confirmed; they come first. */
  readonly urgent: number
  /** Recordings whose grace is over. */
  readonly waiting: readonly Share[]
}

export interface Plan {
  readonly quarantine: readonly Allowance[]
  /** Besides what is urgent and, without a grace, what this run itself takes out of use. */
  readonly destroy: readonly Share[]
}

/**
 * Pure: how much of each entity one run takes on. Without days of grace a run destroys what it takes
 * out of use, so it takes out no more than it can then destroy.
 */
export function planOf({ most, graceDays, allowed, urgent, waiting }: Work): Plan {
  const destroy = shareOut(Math.max(0, most - urgent), waiting)
  const rest = graceDays === 0 ? Math.max(0, most - urgent - sumOf(destroy)) : most
  return { destroy, quarantine: shareOut(rest, allowed) }
}

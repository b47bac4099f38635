import { dayOf } from '../kernel/calendar.ts'
import { MINUTE } from '../kernel/units.ts'
import type { Disposition, PurposeTag } from './model.ts'

/** What is counted of calls that are gone: coarse enough that a cell tells of nobody. */
export interface Cell {
  /** First day of the month of the call. */
  readonly month: string
  readonly entity: string
  readonly product: string
  /** All purposes of the call in alphabetical order, joined with `+`. */
  readonly purposes: string
  readonly duration: string
}

export interface CellFacts {
  readonly id: string
  readonly entity: string
  readonly product: string | null
  readonly memberRef: string | null
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  /** Its member does not want to be counted. */
  readonly leftOut?: boolean
  readonly tags: readonly (Pick<PurposeTag, 'purpose' | 'retainUntil' | 'state'> & {
    readonly disposition: Disposition
  })[]
}

export interface CellCount extends Cell {
  readonly calls: number
  readonly members: number
}

/** Upper bounds, exclusive, of how long a call took. */
const DURATIONS = [
  { belowMs: MINUTE, name: 'under 1 minute' },
  { belowMs: 5 * MINUTE, name: '1 to 5 minutes' },
  { belowMs: 15 * MINUTE, name: '5 to 15 minutes' },
  { belowMs: 30 * MINUTE, name: '15 to 30 minutes' },
  { belowMs: Number.POSITIVE_INFINITY, name: '30 minutes or more' },
] as const

/**
 * Pure: the cell of a recording that is to be counted when it goes, by the rule of the purpose that kept
 * it longest; undefined when it is to leave nothing.
 */
export function cellOf({ entity, product, startedAt, endedAt, tags }: CellFacts): Cell | undefined {
  const counting = tags.filter(({ state }) => state !== 'withdrawn' && state !== 'objected')
  const [deciding] = counting.toSorted(
    (a, b) => order(b.retainUntil ?? '~', a.retainUntil ?? '~') || order(a.purpose, b.purpose),
  )
  if (deciding?.disposition !== 'anonymise' || !startedAt) return undefined
  const lastedMs = endedAt ? endedAt.getTime() - startedAt.getTime() : undefined
  return {
    month: `${dayOf(startedAt).slice(0, 'YYYY-MM'.length)}-01`,
    entity,
    product: product ?? 'none',
    purposes: counting
      .map(({ purpose }) => purpose)
      .sort(order)
      .join('+'),
    duration:
      lastedMs === undefined
        ? 'unknown'
        : (DURATIONS.find(({ belowMs }) => lastedMs < belowMs)?.name ?? 'unknown'),
  }
}

/**
 * Pure: what the counts grow by when these recordings go. A member counts in a cell when the last of
 * their recordings in it goes, so that nobody's identity has to be kept for counting: `others` are
 * recordings of the same members that stay. The limit of this: a member of whom a recording of the same
 * month is delivered after that counts twice, and one whose last two go at the same moment in different
 * transactions does not count.
 */
export function countsOf(going: readonly CellFacts[], others: readonly CellFacts[]): CellCount[] {
  const staying = new Set(others.flatMap((one) => membership(one, cellOf(one)) ?? []))
  const counts = new Map<string, { cell: Cell; calls: number; members: Set<string> }>()
  for (const one of going) {
    const cell = one.leftOut ? undefined : cellOf(one)
    if (!cell) continue
    const count = counts.get(nameOf(cell)) ?? { cell, calls: 0, members: new Set<string>() }
    count.calls += 1
    const member = membership(one, cell)
    if (member !== undefined && !staying.has(member)) count.members.add(member)
    counts.set(nameOf(cell), count)
  }
  return [...counts.values()].map(({ cell, calls, members }) => ({ ...cell, calls, members: members.size }))
}

const nameOf = (cell: Cell): string =>
  JSON.stringify([cell.month, cell.entity, cell.product, cell.purposes, cell.duration])

const membership = ({ memberRef }: CellFacts, cell: Cell | undefined): string | undefined =>
  cell && memberRef !== null ? `${nameOf(cell)} ${memberRef}` : undefined

const order = (a: string, b: string): number => Number(a > b) - Number(a < b)

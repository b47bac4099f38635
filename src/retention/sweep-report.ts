/** Recordings of an entity that stay because too many became due at once; two people decide. */
export interface Stopped {
  readonly entity: string
  /** How many are due and not approved. */
  readonly due: number
  /** How many of the entity are in use, those included. */
  readonly live: number
  /** The question put to people; null in a dry run that would put it. */
  readonly approvalId: string | null
}

/** What a run did or, of a dry run, what it would do; apart from `stopped` all values are recording ids. */
export interface SweepReport {
  readonly dryRun: boolean
  readonly at: Date
  readonly quarantined: readonly string[]
  /** Passed on to the purpose of the archive, with an end of its own. */
  readonly archived: readonly string[]
  readonly destroyed: readonly string[]
  /** The store refuses to delete; tried again after a day. */
  readonly blocked: readonly string[]
  /** The store failed; tried again soon. */
  readonly failed: readonly string[]
  /** Taken over by another run. */
  readonly lost: readonly string[]
  /** The stored date was not what the tags say; it was replaced, and the recording left alone. */
  readonly corrected: readonly string[]
  readonly stopped: readonly Stopped[]
  /** There was more to do than one run takes on. */
  readonly more: boolean
}

export const LISTS = [
  'quarantined',
  'archived',
  'corrected',
  'destroyed',
  'blocked',
  'failed',
  'lost',
] as const
export type ListName = (typeof LISTS)[number]

export const nothingDone = (dryRun: boolean, at: Date): SweepReport => ({
  dryRun,
  at,
  quarantined: [],
  archived: [],
  destroyed: [],
  blocked: [],
  failed: [],
  lost: [],
  corrected: [],
  stopped: [],
  more: false,
})

export type Counts = Readonly<Record<ListName, number>>

export const countsOf = (report: SweepReport): Counts =>
  Object.fromEntries(LISTS.map((name) => [name, report[name].length])) as Record<ListName, number>

/** How far a run is. */
export interface Progress extends Counts {
  /** What it set out to take out of use or into the archive, and to destroy. */
  readonly toEnd: number
  readonly toDestroy: number
}

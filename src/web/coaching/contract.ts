/** What the coach's desk reads of the public API. */

export type Withdrawal = 'gone' | 'objected' | 'purpose_over' | 'sensitive' | 'restricted' | 'held'

export interface SampleSummary {
  readonly id: string
  readonly entity: string
  readonly drawnAt: string
  readonly drawnBy: string
  readonly seed: string
  readonly criteria: {
    readonly entity: string
    readonly team: string | null
    readonly agentRef: string | null
    readonly product: string | null
    /** Calendar days, `YYYY-MM-DD`. */
    readonly from: string
    readonly to: string
    readonly size: number
  }
  readonly poolSize: number
  readonly poolSha256: string
  readonly excluded: Readonly<Record<Exclusion, number>>
  readonly endsOn: string
  readonly ended: boolean
  readonly coaches: readonly string[]
  readonly counts: Omit<SampleCounts, 'waiting'>
}

export interface SampleCounts {
  readonly open: number
  readonly reviewed: number
  readonly withdrawn: number
  /** Calls that are being masked. */
  readonly waiting: number
}

export type Exclusion =
  | 'objected'
  | 'sensitive'
  | 'restricted'
  | 'held'
  | 'tooRecent'
  | 'notAnnounced'
  | 'agentLimit'
  | 'memberLimit'

export interface Sample extends SampleSummary {
  readonly items: readonly SampleItem[]
}

/** A drawn call, with nothing that leads to its member. */
export interface SampleItem {
  readonly n: number
  /** Null once it was withdrawn. */
  readonly recordingId: string | null
  readonly agentRef: string
  readonly team: string | null
  readonly product: string | null
  /** `YYYY-MM` of the call. */
  readonly month: string | null
  readonly durationSeconds: number | null
  readonly state: 'open' | 'reviewed' | 'withdrawn'
  readonly withdrawnReason?: Withdrawal
  readonly masked: 'ready' | 'waiting' | 'none'
  readonly endsOn: string
  readonly notes: number
  readonly released: boolean
}

export interface Note {
  readonly id: string
  readonly atSeconds: number
  readonly text: string
  readonly author: string
  readonly own: boolean
}

type InBoth = { readonly nl: string; readonly en: string }

export interface ScoreForm {
  readonly id: string
  readonly version: number
  readonly title: InBoth
  readonly scale: readonly (InBoth & { readonly value: number })[]
  readonly criteria: readonly (InBoth & { readonly id: string; readonly weight: number })[]
}

export type Answers = Readonly<Record<string, number>>

export interface Score {
  readonly coach: string
  readonly own: boolean
  readonly formVersion: string
  readonly answers: Answers
  /** Null for an earlier form. */
  readonly total: number | null
}

export interface Spread {
  readonly min: number
  readonly max: number
  readonly mean: number
}

export interface Calibration {
  readonly coaches: readonly string[]
  readonly items: readonly {
    readonly n: number
    /** All coaches have scored; before that only one's own score is shown. */
    readonly complete: boolean
    readonly scored: number
    readonly scores: readonly Score[]
    readonly spread: Readonly<Record<string, Spread>>
  }[]
}

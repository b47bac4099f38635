/** What the operator's page reads of the public API. */
export interface Operations {
  readonly at: string
  readonly version: string
  readonly ready: boolean
  readonly parts: readonly { readonly part: string; readonly ok: boolean; readonly detail?: string }[]
  readonly audio: {
    readonly waiting: number
    readonly parked: number
    readonly oldest: string | null
  }
  readonly store: {
    readonly kind: 's3' | 'files'
    readonly behind: number
    readonly behindSince: string | null
    readonly findings: readonly Finding[]
    readonly lifecycle: { readonly keptAt: string; readonly outcome: string } | null
  }
  readonly sweep: {
    readonly dueSince: string | null
    readonly lastRun: {
      readonly id: string
      readonly startedAt: string
      readonly finishedAt: string | null
      readonly state: 'running' | 'finished' | 'failed'
      readonly failure: string | null
    } | null
  }
  readonly jobs: readonly Job[]
}

export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly detail: string
}

export interface Job {
  readonly name: string
  readonly waiting: number
  readonly running: number
  readonly lastDoneAt: string | null
  readonly lastFailedAt: string | null
}

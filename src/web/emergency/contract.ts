/** Access to one recording in an emergency, as `/v1/break-glass` has it. */
export interface Emergency {
  readonly id: string
  readonly recordingId: string
  readonly entity: string
  readonly openedBy: string
  readonly roles: readonly string[]
  readonly reason: string
  readonly openedAt: string
  readonly endsAt: string
  readonly live: boolean
  /** Last calendar day on which a review is in time. */
  readonly reviewBy: string
  readonly overdue: boolean
  readonly reviewedAt: string | null
  readonly reviewedBy: string | null
  readonly outcome: 'justified' | 'unjustified' | null
  readonly reviewNote: string | null
}

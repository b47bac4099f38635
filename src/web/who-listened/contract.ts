/** Lines of an investigation that the member does not see, as `/v1/withheld-accesses` has them. */
export interface Withholding {
  readonly id: string
  readonly entity: string
  readonly caseRef: string
  readonly state: 'asked' | 'lapsed' | 'withheld' | 'lifted' | 'over'
  readonly necessity: string
  readonly proportionality: string
  /** Last calendar days: of the withholding, to look at it again, for a second officer to agree. */
  readonly withheldUntil: string
  readonly reviewBy: string
  readonly approveBy: string
  readonly reviewOverdue: boolean
  readonly askedBy: string
  readonly askedAt: string
  readonly approvedBy: string | null
  readonly reviewedBy: string | null
  readonly reviewNote: string | null
}

/** A member who asks who was behind a line, as `/v1/name-requests` has it. */
export interface NameRequest {
  readonly id: string
  readonly recordingId: string
  readonly entity: string
  /** The account behind the line. */
  readonly listener: string
  readonly reason: string
  readonly askedAt: string
  readonly state: 'open' | 'proposed' | 'refused' | 'revealed'
  readonly balance: string | null
  readonly name: string | null
  readonly decidedBy: string | null
  readonly approvedBy: string | null
}

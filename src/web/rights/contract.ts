/** What the pages of privacy requests read of the public API. */

export const ASKABLE = [
  'access',
  'copy',
  'rectification',
  'erasure',
  'restriction',
  'objection',
  'portability',
  'human_review',
  'consent_withdrawal',
  'audit_view',
] as const
export type RequestType = (typeof ASKABLE)[number]

export type RequestState =
  | 'received'
  | 'identity_check'
  | 'in_review'
  | 'extended'
  | 'decided'
  | 'fulfilled'
  | 'closed'
  | 'withdrawn'

/** Calendar days in Europe/Amsterdam, `YYYY-MM-DD`. */
export interface Clocks {
  readonly targetDate: string
  readonly dueDate: string
  readonly extendedDueDate: string
  /** The last day that counts now. */
  readonly deadline: string
  readonly pausedDueDate: string | null
  readonly isPaused: boolean
  readonly daysLeft: number
  readonly isOverdue: boolean
}

export interface Counts {
  readonly open: number
  readonly proposed: number
  readonly waiting: number
  readonly executed: number
  readonly refused: number
}

export interface RequestSummary {
  readonly id: string
  readonly types: readonly RequestType[]
  readonly state: RequestState
  readonly channel: string
  readonly receivedAt: string
  readonly filedAs: 'member' | 'agent' | 'privacy_officer'
  readonly clocks: Clocks
  readonly counts: Counts
  readonly allowed: readonly string[]
  /** For staff. */
  readonly memberRef?: string
  readonly takenUpBy?: string | null
}

export interface Routes {
  readonly authority: { readonly name: string; readonly url: string }
  readonly court: { readonly law: string; readonly until: string }
}

/** One question of a request, about one call and purpose or about the request as a whole. */
export interface Item {
  readonly type: RequestType
  readonly n: number
  readonly recordingId: string | null
  readonly callStartedAt: string | null
  readonly purpose: string | null
  readonly legalBasis: string | null
  readonly rightExists: boolean
  readonly state: 'open' | 'proposed' | 'granted' | 'partial' | 'refused' | 'withdrawn'
  readonly answer: string | null
  /** Only of an answer that nobody wrote. */
  readonly answerEn: string | null
  readonly decidedAt: string | null
  readonly executedAt: string | null
  readonly result: string | null
  readonly goneAt: string | null
  readonly refusal: {
    readonly code: string
    readonly refusedUntil: string | null
    readonly routes: Routes
  } | null
  /** For officers. */
  readonly decidedBy?: string | null
  readonly restriction?: {
    readonly necessity: string
    readonly proportionality: string
    readonly reviewOn: string
    readonly approvedBy: string | null
  } | null
}

export interface Step {
  readonly at: string
  readonly type: string
  readonly by: 'member' | 'staff' | 'service'
  readonly actor?: string
  readonly detail: Readonly<Record<string, unknown>>
}

export interface PrivacyRequest extends RequestSummary {
  readonly message: string | null
  readonly proxy: {
    readonly relation: string
    readonly mandateRef: string
    readonly validUntil: string
  } | null
  readonly identity: {
    readonly state: 'confirmed' | 'unconfirmed' | 'asked' | 'answered' | 'failed'
    readonly how: string | null
    readonly doubt: string | null
    readonly question: string | null
    readonly answer: string | null
  }
  readonly extension: { readonly reason: string; readonly extendedAt: string } | null
  readonly fee: {
    readonly cents: number
    readonly ground: string | null
    readonly note: string | null
    readonly acceptedAt: string | null
  }
  readonly decisionRef: string | null
  readonly transfer: {
    readonly name: string
    readonly address: string
    readonly confirmedAt: string | null
  } | null
  readonly delivery: {
    readonly deliveredAt: string | null
    readonly downloadConfirmedAt: string | null
    readonly eraseBy: string | null
  }
  readonly routes: Routes | null
  readonly endedAt: string | null
  readonly steps: readonly Step[]
  readonly items: readonly Item[]
  readonly itemsCursor: string | null
}

export interface RequestPage {
  readonly items: readonly RequestSummary[]
  readonly nextCursor: string | null
}

/** What a member gets of a request, in one archive. */
export interface Package {
  readonly id: string
  readonly state: 'building' | 'ready' | 'ended'
  readonly recordings: { readonly done: number; readonly total: number }
  readonly bytes: number
  readonly expiresAt: string | null
  readonly endedBecause: 'expired' | 'recording_destroyed' | 'changed' | null
}

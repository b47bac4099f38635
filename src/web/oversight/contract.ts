import type { Call, CallSummary, Purpose } from '../api/contract.ts'

/** What the officer's pages read of the public API. */

export type CountName =
  | 'stored'
  | 'due'
  | 'dueInWeek'
  | 'dueInMonth'
  | 'held'
  | 'restricted'
  | 'quarantined'
  | 'unlinked'
  | 'unplayable'
  | 'parked'
  | 'openHolds'
  | 'openTriggers'
  | 'holdsPastReview'
  | 'locksPastReview'
  | 'restrictedOverdue'
  | 'overdue'
  | 'damaged'

export type Counts = Readonly<Record<CountName, number>>

export interface Overview {
  readonly at: string
  readonly total: Counts
  readonly entities: readonly { readonly entity: string; readonly counts: Counts }[]
}

export interface Trends {
  readonly coming: readonly { readonly day: string; readonly due: number }[]
  readonly past: readonly {
    readonly day: string
    readonly received: number
    readonly destroyed: number
    readonly stored: number
  }[]
}

/** For what an officer wants to know whose call it is; the service puts it on record. */
export interface Declared {
  readonly reason: string
  readonly caseRef: string
}

export interface RecordingItem extends CallSummary {
  readonly callId?: string | null
  /** Only with a declared reason, like the next one. */
  readonly memberRef?: string | null
  readonly agentRef?: string | null
}

export interface RecordingPage {
  readonly items: readonly RecordingItem[]
  readonly nextCursor: string | null
}

export interface OfficerPurpose extends Purpose {
  readonly ruleId: string
  readonly ruleVersion: number
}

export interface Recording extends Omit<Call, 'purposes'> {
  readonly purposes: readonly OfficerPurpose[]
  readonly callId?: string | null
  readonly memberRef?: string | null
  readonly agentRef?: string | null
  readonly team?: string | null
  readonly language: string | null
  readonly endedAt: string | null
  readonly receivedAt: string
  readonly noticeVersion: string | null
  readonly sensitivity: readonly string[]
  readonly links?: Readonly<Record<string, string>>
}

export type HoldType = 'complaint' | 'claim' | 'litigation' | 'regulator'

export interface Custody {
  readonly holds: readonly {
    readonly id: string
    readonly type: HoldType
    readonly matterRef: string
    readonly placedBy: string
    readonly placedAt: string
    readonly reviewBy: string
    readonly confirmedAt: string | null
    readonly endedAt: string | null
  }[]
  readonly restriction: {
    readonly ground: string
    readonly placedBy: string
    readonly placedAt: string
    readonly liftNoticeAt: string | null
  } | null
  readonly requestLocks: readonly {
    readonly requestRef: string
    readonly placedAt: string
    readonly reviewBy: string
  }[]
  readonly silence: readonly {
    readonly fromSeconds: number
    readonly toSeconds: number
    readonly reason: string
  }[]
  readonly damage: readonly { readonly rendition: string; readonly kind: string; readonly foundAt: string }[]
  readonly checkedAt: string | null
  readonly corrections: readonly { readonly field: string; readonly correctedAt: string }[]
  readonly storeInStep: boolean
}

export interface Hold {
  readonly id: string
  readonly type: HoldType
  readonly matterRef: string
  readonly entity: string
  readonly scope: Readonly<Record<string, unknown>>
  readonly futureMatching: boolean
  readonly reason: string
  readonly placedBy: string
  readonly placedAt: string
  readonly reviewBy: string
  readonly overdue: boolean
  readonly releasedBy: string | null
  readonly releasedAt: string | null
  readonly releaseReason: string | null
  readonly recordings: number
  readonly pending: number
  readonly storeConfirmed: boolean
}

export interface PlacedHold extends Hold {
  readonly notHeld: readonly { readonly recordingId: string; readonly code: string }[]
}

export interface HoldDetail extends Hold {
  readonly reviews: readonly {
    readonly reviewedBy: string
    readonly reviewedAt: string
    readonly reviewBy: string
    readonly reason: string
  }[]
  readonly items: readonly {
    readonly recordingId: string
    readonly placedAt: string
    readonly confirmedAt: string | null
    readonly endedAt: string | null
  }[]
  readonly nextCursor: string | null
}

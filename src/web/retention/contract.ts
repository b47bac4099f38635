/** What the pages about rules and destruction read of the public API (`/openapi.json` has the whole of it). */

export interface Rule {
  readonly id: string
  readonly version: number
  readonly purpose: string
  readonly legalBasis: string
  readonly product: string | readonly string[]
  readonly sensitivity: string | readonly string[]
  readonly when: string | null
  readonly triggers: readonly string[]
  readonly countFrom: string
  readonly period: string
  readonly minimum: string | null
  readonly disposition: string
  readonly review: boolean
  readonly ground: string
  readonly source: string
}

export interface BookSummary {
  readonly version: number
  readonly state: 'draft' | 'lapsed' | 'approved' | 'rejected'
  readonly draftedBy: string
  readonly draftedAt: string
  /** When a draft lapses; null for what is none. */
  readonly approveBefore: string | null
  readonly decidedBy: string | null
  readonly decidedAt: string | null
  /** Calendar days in Europe/Amsterdam. */
  readonly effectiveFrom: string
  readonly shortensFrom: string
  readonly lengtheningGround: string | null
  readonly appliedAt: string | null
}

export interface Book extends BookSummary {
  readonly document: string
  readonly rules: readonly Rule[]
}

export interface BookList {
  readonly current: number
  readonly unlinked: string
  readonly rules: readonly Rule[]
  readonly versions: readonly BookSummary[]
}

export interface Count {
  readonly total: number
  readonly held: number
  readonly locked: number
  readonly restricted: number
}

export interface MonthCount {
  /** First day of the month. */
  readonly month: string
  readonly asThingsAre: number
  readonly underThisVersion: number
}

export interface Preview {
  readonly version: number
  readonly at: string
  readonly shortensFrom: string
  readonly due?: {
    readonly asThingsAre: Count
    readonly underThisVersion: Count
    readonly additionally: Count
    readonly noLonger: Count
  }
  readonly months?: readonly MonthCount[]
  readonly items: readonly {
    readonly id: string
    readonly entity: string
    readonly change: string
    readonly keepUntil: string | null
    readonly keepUntilUnderThisVersion: string | null
  }[]
  readonly nextCursor: string | null
}

export interface Approval {
  readonly id: string
  readonly entity: string
  readonly state: 'open' | 'approved' | 'used' | 'expired'
  readonly askedAt: string
  readonly expiresAt: string
  readonly dueBefore: string
  readonly due: number
  readonly used: number
  readonly approvals: number
  readonly approvedByMe: boolean
}

export interface Review {
  readonly recordingId: string
  readonly entity: string
  readonly product: string | null
  readonly quarantinedAt: string
  readonly destroyedAfter: string
  readonly rule: string
  readonly confirmations: number
  readonly confirmedByMe: boolean
}

export interface Progress {
  readonly toEnd: number
  readonly toDestroy: number
  readonly quarantined: number
  readonly archived: number
  readonly corrected: number
  readonly destroyed: number
  readonly blocked: number
  readonly failed: number
  readonly lost: number
}

export interface RunSummary {
  readonly id: string
  readonly dryRun: boolean
  readonly scheduled: boolean
  readonly state: 'running' | 'finished' | 'failed'
  readonly failure: string | null
  readonly startedAt: string
  readonly finishedAt: string | null
  readonly progress: Progress | null
}

export const LISTS = [
  'quarantined',
  'archived',
  'destroyed',
  'blocked',
  'failed',
  'lost',
  'corrected',
] as const
export type ListName = (typeof LISTS)[number]

export interface Run extends RunSummary, Readonly<Record<ListName, readonly string[]>> {
  readonly at: string | null
  readonly stopped: readonly {
    readonly entity: string
    readonly due: number
    readonly live: number
    readonly approvalId: string | null
  }[]
  readonly more: boolean
}

export interface CertificateList {
  readonly items: readonly { readonly certificate: { readonly no: number } & CertificateFacts }[]
  readonly nextCursor: string | null
}

export interface CertificateFacts {
  readonly recordingId: string
  readonly entity: string
  readonly recordClass: string
  readonly finishedAt: string
  readonly backupsGoneBy: string
}

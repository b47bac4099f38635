import type { Tx } from '../db/database.ts'
import type { SilencedRange, TagState } from '../db/schema.ts'

export type LegalBasis = 'consent' | 'contract' | 'legal_obligation' | 'legitimate_interests'

/** Why a recording may exist for one purpose, and until when; retention attaches here. */
export interface PurposeTag {
  readonly purpose: string
  readonly legalBasis: LegalBasis
  readonly product: string
  readonly ruleId: string
  readonly ruleVersion: number
  readonly trigger: string
  /** Calendar days in Europe/Amsterdam, `YYYY-MM-DD`. */
  readonly triggerDate: string | null
  readonly minUntil: string | null
  /** Last day, inclusive; null while the trigger is awaited. */
  readonly retainUntil: string | null
  readonly state: TagState
}

/** What happens to a recording whose last purpose has ended. */
export type Disposition = 'delete' | 'anonymise' | 'archive'

/** A report of another system that a purpose counts from; `ref` null when the recording names nothing it could come for. */
export interface AwaitedEvent {
  readonly type: string
  readonly ref: string | null
}

/** A purpose tag as its rule made it, with what only the service itself needs to know. */
export interface DerivedTag extends PurposeTag {
  readonly disposition: Disposition
  /** Whether people look at the recording between its end and its destruction. */
  readonly review: boolean
  /** Last day on which an awaited event may be missing before somebody has to look; null when none is awaited. */
  readonly openUntil: string | null
  readonly awaits: readonly AwaitedEvent[]
}

/** What the telephony system says of a call (the `metadata` part), validated and typed. */
export interface CallMetadata {
  readonly callId: string
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly memberRef: string | null
  readonly agentRef: string
  readonly team: string | null
  readonly entity: string
  readonly product: string
  readonly direction: 'inbound' | 'outbound'
  readonly language: string
  readonly noticeVersion: string
  readonly purposes: readonly string[]
  readonly sensitivity: readonly string[]
  readonly channels: readonly string[] | null
  readonly silence: readonly SilencedRange[]
  readonly links: Readonly<Record<string, string>>
  /** Lower-case hex of the plain audio, when the sender knows it. */
  readonly sha256: string | null
}

export interface DerivedRetention {
  readonly tags: readonly DerivedTag[]
  /** Latest last day over the tags that count; null while one of them awaits its trigger. */
  readonly keepUntil: string | null
  /** First instant at which nothing keeps the recording; null while a trigger is awaited. */
  readonly dueAt: Date | null
  /** Last day for which a recording of no known member may wait for one; null when its member is known. */
  readonly linkBy: string | null
}

/**
 * Tags and dates of a new recording, from the rules in force.
 * Throws Problem: `purpose_not_announced`, `no_rule`, `nothing_to_keep`, or `invalid_metadata` for an
 * entity, product, notice or purpose that the catalogue does not have.
 */
export type DeriveRetention = (call: CallMetadata, now: Date) => DerivedRetention

/**
 * Work that belongs to a recording's first moment: holds that also cover future recordings, events
 * that were reported before it arrived. Runs in the transaction that makes the recording available.
 * Resolves to whether it changed the recording.
 */
export type OnReceived = (tx: Tx, recording: { readonly id: string; readonly now: Date }) => Promise<boolean>

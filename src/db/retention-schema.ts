import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** Tables of holds, locks, events, rule versions, certificates and approvals. */

type Int8 = ColumnType<number, number, number>
type CalendarDate = ColumnType<string | null, string | null, string | null>
type Json<T extends object> = JSONColumnType<T, string, string>

/** An event that a purpose counts from; the latest of them decides. */
export interface AwaitedEventTable {
  recording_id: string
  purpose: string
  type: string
  ref: string | null
  occurred_on: CalendarDate
}

/** What the end of all recordings that share it follows from; the id is the hash of the facts. */
export interface EndsClassTable {
  id: string
  facts: Json<object>
  /** The facts once more, as a JSON array; kept by the database. */
  brief: ColumnType<string, never, never>
}

export interface BusinessEventTable {
  id: string
  sender: string
  type: string
  ref: string
  entities: string[]
  occurred_at: Date
  received_at: Date
  seq: Generated<number>
  corrects: string | null
  matched: Generated<number>
}

export interface RuleBookTable {
  version: number
  document: string
  sha256: string
  state: 'draft' | 'approved' | 'rejected'
  drafted_by: string
  drafted_at: Date
  approved_by: string | null
  approved_at: Date | null
  effective_from: ColumnType<string, string, string>
  lengthening_ground: string | null
  applied_at: Date | null
}

export interface HoldTable {
  id: string
  type: 'complaint' | 'claim' | 'litigation' | 'regulator'
  matter_ref: string
  entity: string
  scope: Json<object>
  future_matching: boolean
  reason: string
  placed_by: string
  placed_at: Date
  review_by: ColumnType<string, string, string>
  released_by: string | null
  released_at: Date | null
  release_reason: string | null
  settled_at: Date | null
}

export interface HoldRecordingTable {
  hold_id: string
  recording_id: string
  placed_at: Date
  confirmed_at: Date | null
  ended_at: Date | null
}

/** A look at an open hold, and the day by which the next one has to come. */
export interface HoldReviewTable {
  hold_id: string
  reviewed_at: Date
  reviewed_by: string
  review_by: ColumnType<string, string, string>
  reason: string
}

/** What a field of a recording said before it was corrected. */
export interface CorrectedValueTable {
  recording_id: string
  field: string
  corrected_at: Date
  old_value: ColumnType<unknown, string, never>
  salt: Buffer
}

export interface RequestLockTable {
  recording_id: string
  request_ref: string
  placed_by: string
  placed_at: Date
  review_by: ColumnType<string, string, string>
}

export interface RestrictionTable {
  recording_id: string
  ground: string
  placed_by: string
  placed_at: Date
  lift_notice_at: Date | null
}

export interface SigningKeyTable {
  kid: string
  public_jwk: Json<object>
  first_used_at: Date
}

export interface CertificateTable {
  no: Int8
  recording_id: string
  jws: string
  issued_at: Date
  /** `version`: not the recording is gone, but one stored version of its audio. */
  subject: Generated<'recording' | 'version'>
}

export interface CertificateHeadTable {
  only_row: Generated<boolean>
  no: Int8
  sha256: string
}

/** What remains of anonymised calls: how many, never which. */
export interface AnonymousCountTable {
  month: ColumnType<string, string, string>
  entity: string
  product: string
  purposes: string
  duration: string
  calls: Int8
  members: Int8
}

export interface DestructionApprovalTable {
  id: string
  entity: string
  asked_at: Date
  due_before: Date
  due_count: number
  used_count: Generated<number>
  first_approver: string | null
  first_approved_at: Date | null
  second_approver: string | null
  second_approved_at: Date | null
}

export interface DestructionReviewTable {
  recording_id: string
  decided_by: string
  decided_at: Date
}

export interface FactTable {
  name: string
  value: string
}

export interface OrphanSightingTable {
  object_key: string
  version_id: string
  first_seen_at: Date
  last_seen_at: Date
}

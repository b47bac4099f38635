import type { ColumnType, GeneratedAlways } from 'kysely'

/** Tables of privacy requests. */

type CalendarDate = ColumnType<string | null, string | null | undefined, string | null>
type Day = ColumnType<string, string, string>
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>

export interface PrivacyRequestTable {
  id: string
  member_ref: string
  entities: string[]
  types: string[]
  state: string
  channel: string
  received_at: Date
  registered_at: Date
  filed_by: string
  filed_as: 'member' | 'agent' | 'privacy_officer'
  message: Optional<string>
  proxy_relation: Optional<string>
  proxy_mandate: Optional<string>
  proxy_until: CalendarDate
  target_date: Day
  due_date: Day
  extended_due_date: Day
  deadline: Day
  taken_up_by: Optional<string>
  taken_up_at: Optional<Date>
  identity: 'confirmed' | 'unconfirmed' | 'asked' | 'answered' | 'failed'
  identity_how: Optional<string>
  identity_doubt: Optional<string>
  identity_question: Optional<string>
  identity_answer: Optional<string>
  identity_asked_at: Optional<Date>
  identity_answered_at: Optional<Date>
  extended_at: Optional<Date>
  extended_by: Optional<string>
  extension_reason: Optional<string>
  fee_cents: Optional<number>
  fee_ground: Optional<string>
  fee_note: Optional<string>
  fee_by: Optional<string>
  fee_at: Optional<Date>
  fee_accepted_at: Optional<Date>
  delivered_at: Optional<Date>
  download_confirmed_at: Optional<Date>
  /** Day after which what was delivered is erased, also when nobody confirmed the download. */
  erase_by: CalendarDate
  transfer_to: ColumnType<Record<string, string> | null, string | null | undefined, string | null>
  transfer_confirmed_at: Optional<Date>
  decision_ref: Optional<string>
  ended_at: Optional<Date>
  closed_at: Optional<Date>
}

export interface PrivacyRequestItemTable {
  request_id: string
  type: string
  n: number
  recording_id: Optional<string>
  entity: Optional<string>
  purpose: Optional<string>
  legal_basis: Optional<string>
  state: 'open' | 'proposed' | 'granted' | 'partial' | 'refused' | 'withdrawn'
  reason_code: Optional<string>
  answer: Optional<string>
  refused_until: CalendarDate
  decided_by: Optional<string>
  decided_at: Optional<Date>
  necessity: Optional<string>
  proportionality: Optional<string>
  review_on: CalendarDate
  approved_by: Optional<string>
  approved_at: Optional<Date>
  executed_at: Optional<Date>
  result: Optional<string>
  gone_at: Optional<Date>
  restricted_at: Optional<Date>
}

export interface PrivacyRequestStepTable {
  id: GeneratedAlways<number>
  request_id: string
  at: Date
  type: string
  actor_sub: string | null
  detail: ColumnType<Record<string, unknown>, string | undefined, string>
}

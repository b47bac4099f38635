import type { ColumnType, Generated } from 'kysely'

/** Tables of what leaves the house. */

type Day = ColumnType<string, string, string>
type Unset<T> = ColumnType<T | null, T | null | undefined, T | null>

export interface SupplierTable {
  id: string
  legal_name: string
  country: string
  type: 'processor' | 'partner' | 'staffing'
  agreement_ref: string
  valid_from: Day
  /** Last day of the agreement, inclusive. */
  valid_until: Day
  purposes: string[]
  products: string[]
  sub_prefix: Unset<string>
  contact_mail: Unset<string>
  entities: string[]
  changed_by: string
  changed_at: Date
}

export interface DisclosureTable {
  id: string
  entity: string
  state: 'requested' | 'approved' | 'sent' | 'revoked'
  recipient_type: 'processor' | 'partner' | 'authority' | 'other_institution' | 'member_controller'
  recipient_name: string
  recipient_country: string
  contact_mail: Unset<string>
  supplier_id: Unset<string>
  privacy_request_id: Unset<string>
  push_url: Unset<string>
  push_confirmed_at: Unset<Date>
  eu_list: string
  purpose: string
  legal_basis: string
  statute: Unset<string>
  letter_ref: Unset<string>
  agreement_ref: Unset<string>
  reason: string
  channel: 'portal' | 'secure_mail' | 'in_person'
  return_by: Unset<string>
  requested_by: string
  requested_at: Date
  approve_until: Date
  first_approver: Unset<string>
  first_approved_at: Unset<Date>
  second_approver: Unset<string>
  second_approved_at: Unset<Date>
  revoked_by: Unset<string>
  revoked_at: Unset<Date>
  revoke_reason: Unset<string>
  returned_how: Unset<'returned' | 'deleted'>
  returned_on: Unset<string>
  return_confirmed_by: Unset<string>
  /** Last day on which the member does not see it yet. */
  delay_until: Unset<string>
  delay_reason: Unset<string>
  delay_by: Unset<string>
  delay_announced_at: Unset<Date>
  delay_told_at: Unset<Date>
  secret_hash: Unset<Buffer>
  secret_until: Unset<Date>
  wrong_secrets: Generated<number>
  sent_at: Unset<Date>
}

export interface DisclosureRecordingTable {
  disclosure_id: string
  recording_id: string
  n: number
  /** The parts that are given, in seconds; null: all of it. */
  ranges: ColumnType<readonly { fromSeconds: number; toSeconds: number }[] | null, string | null, never>
  opened_at: Unset<Date>
  opens: Generated<number>
  sent_at: Unset<Date>
  sha256: Unset<Buffer>
  bytes: Unset<number>
}

export interface RecipientNoticeTable {
  id: string
  disclosure_id: string
  recording_id: string
  what: 'rectified' | 'erased' | 'restricted'
  happened_at: Date
  attempts: Generated<number>
  next_at: Date
  told_at: Unset<Date>
  alarmed_at: Unset<Date>
  reply: Unset<string>
  replied_at: Unset<Date>
  reply_by: Unset<string>
}

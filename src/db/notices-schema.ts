import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** Tables of messages, of the mail that points to them, and of events for other systems. */

type Json<T extends object> = JSONColumnType<T, string, string>
type Unset<T> = ColumnType<T | null, T | null | undefined, T | null>

/** To one member, or to everybody of a role in an entity. */
export interface NoticeTable {
  id: string
  /** What the notice was caused by: the same cause tells once. */
  key: string
  member_ref: string | null
  role: string | null
  entity: string | null
  kind: string
  about_type: string
  about_id: string | null
  facts: Json<Record<string, string | number | null>>
  created_at: Date
  read_at: Unset<Date>
}

/** Mail that is still to be sent, or could not be. */
export interface NoticeMailTable {
  notice_id: string
  state: 'waiting' | 'dead'
  attempts: Generated<number>
  next_at: Date
  failure: Unset<string>
}

/** A member who wants mail, and the address the identity provider last vouched for. */
export interface MailAddressTable {
  member_ref: string
  address: Unset<string>
  wanted_at: Date
}

export interface WebhookEndpointTable {
  id: string
  url: string
  types: string[]
  /** Whose events it hears, and whose officers hear that it fails. */
  entities: string[]
  kek_id: string
  /** Wrapped with the key-encryption key. */
  secret: Buffer
  created_by: string
  created_at: Date
  disabled_at: Unset<Date>
  disabled_reason: Unset<string>
  failing_since: Unset<Date>
  removed_at: Unset<Date>
}

export interface WebhookEventTable {
  id: string
  key: string
  type: string
  subject: string
  data: Json<Record<string, unknown>>
  occurred_at: Date
}

export interface WebhookDeliveryTable {
  /** Deliveries of one subject to one endpoint keep this order. */
  seq: ColumnType<number, never, never>
  endpoint_id: string
  event_id: string
  subject: string
  state: 'waiting' | 'delivered' | 'dead'
  attempts: Generated<number>
  next_at: Date
  /** Of the last answer. */
  status: Unset<number>
  failure: Unset<string>
  ended_at: Unset<Date>
}

import type { ColumnType } from 'kysely'

/** Tables of what members may know of who listened. */

type Later<T> = ColumnType<T | null, T | null | undefined, T | null>
type Day = ColumnType<string, string, string>

export interface WithheldAccessTable {
  id: string
  entity: string
  case_ref: string
  necessity: string
  proportionality: string
  /** Last day on which the lines are withheld, `YYYY-MM-DD`. */
  withheld_until: Day
  /** Last day on which an officer looks at it again in time, `YYYY-MM-DD`. */
  review_by: Day
  asked_by: string
  asked_at: Date
  approve_until: Date
  approved_by: Later<string>
  approved_at: Later<Date>
  reviewed_by: Later<string>
  reviewed_at: Later<Date>
  review_note: Later<string>
  lifted_at: Later<Date>
}

export const NAME_REQUEST_STATES = ['open', 'proposed', 'refused', 'revealed'] as const
export type NameRequestState = (typeof NAME_REQUEST_STATES)[number]

export interface NameRequestTable {
  id: string
  recording_id: string
  /** The first audit event of the line that it is about. */
  access_id: string
  entity: string
  member_ref: string
  listener_sub: string
  reason: string
  asked_at: Date
  state: NameRequestState
  balance: Later<string>
  name: Later<string>
  decided_by: Later<string>
  decided_at: Later<Date>
  approved_by: Later<string>
  approved_at: Later<Date>
}

export interface AccountTables {
  withheld_access: WithheldAccessTable
  name_request: NameRequestTable
}

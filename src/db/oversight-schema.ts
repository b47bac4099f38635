import type { ColumnType } from 'kysely'

/** Tables of emergency access and of what is noticed of staff. */

type Later<T> = ColumnType<T | null, T | null | undefined, T | null>

export const ANOMALY_KINDS = ['many_members', 'many_recordings', 'without_case', 'coach_search'] as const
export type AnomalyKind = (typeof ANOMALY_KINDS)[number]

export const BREAK_GLASS_OUTCOMES = ['justified', 'unjustified'] as const
export type BreakGlassOutcome = (typeof BREAK_GLASS_OUTCOMES)[number]

/** Access to one recording in an emergency. */
export interface BreakGlassTable {
  id: string
  recording_id: string
  entity: string
  actor_sub: string
  actor_roles: string[]
  reason: string
  opened_at: Date
  ends_at: Date
  /** Last working day on which somebody else may still review it in time, `YYYY-MM-DD`. */
  review_by: string
  review_due_at: Date
  reviewed_at: Later<Date>
  reviewed_by: Later<string>
  outcome: Later<BreakGlassOutcome>
  review_note: Later<string>
}

/** What staff opened of late; a row goes after a day. */
export interface StaffListeningTable {
  actor_sub: string
  kind: 'heard' | 'sampled' | 'without_case'
  recording_id: string
  last_at: Date
}

export interface StaffAnomalyTable {
  id: string
  actor_sub: string
  actor_roles: string[]
  entities: string[]
  kind: AnomalyKind
  count: number
  threshold: number
  blocks: boolean
  found_at: Date
  last_at: Date
  acknowledged_at: Later<Date>
  acknowledged_by: Later<string>
  acknowledgement: Later<string>
}

export interface OversightTables {
  break_glass: BreakGlassTable
  staff_listening: StaffListeningTable
  staff_anomaly: StaffAnomalyTable
}

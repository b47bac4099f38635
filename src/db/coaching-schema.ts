import type { ColumnType, JSONColumnType } from 'kysely'

/** Tables of coaching and of what members chose. */

type Int8 = ColumnType<number, number, number>
type Day = ColumnType<string, string, string>
type Json<T extends object> = JSONColumnType<T, string, string>

/** Calls drawn by lot for coaching. */
export interface TrainingSampleTable {
  id: string
  entity: string
  drawn_by: string
  drawn_at: Date
  seed: string
  criteria: Json<object>
  pool_size: number
  pool_sha256: string
  excluded: Json<Record<string, number>>
  ends_on: Day
}

export interface TrainingCoachTable {
  sample_id: string
  coach_sub: string
}

export interface TrainingItemTable {
  sample_id: string
  /** Counted from 1, in the order of the draw. */
  n: number
  /** Null once the recording is destroyed. */
  recording_id: string | null
  agent_ref: string
  stratum: string
  ends_on: Day
  reviewed_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  released_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  released_by: ColumnType<string | null, string | null | undefined, string | null>
  withdrawn_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  withdrawn_reason: ColumnType<string | null, string | null | undefined, string | null>
}

/** What a coach wrote about one moment of a call. */
export interface TrainingNoteTable {
  id: string
  sample_id: string
  n: number
  author: string
  at_ms: Int8
  body: string
  created_at: Date
}

export interface TrainingScoreTable {
  sample_id: string
  n: number
  author: string
  /** `id@version` of the form that was filled in. */
  form_version: string
  answers: Json<Record<string, number>>
  updated_at: Date
}

export interface MemberPreferenceTable {
  member_ref: string
  kind: 'training' | 'statistics'
  allowed: boolean
  changed_at: Date
}

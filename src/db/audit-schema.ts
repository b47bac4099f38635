import type { ColumnType } from 'kysely'

/** Tables of the audit log. */

type Int8 = ColumnType<number, number, number>

export interface AuditEventTable {
  id: string
  occurred_at: Date
  type: string
  action: 'C' | 'R' | 'U' | 'D' | 'E'
  outcome: 'ok' | 'denied' | 'error'
  code: string | null
  actor_sub: string | null
  actor_roles: string[]
  recording_id: string | null
  playback_id: string | null
  purpose: string | null
  case_ref: string | null
  request_id: string | null
  detail: ColumnType<Record<string, unknown>, string, never>
  entities: ColumnType<string[] | null, string[] | null | undefined, never>
}

/** The place of an event in the log. */
export interface AuditSealTable {
  seq: Int8
  event_id: string
  occurred_at: Date
  type: string
  actor_sub: string | null
  /** Null once the payload was erased. */
  salt: Buffer | null
  commitment: Buffer
  leaf: Buffer
  /** Null for what is nobody's in particular, and for what was sealed before this was noted. */
  entities: string[] | null
}

export interface AuditNodeTable {
  level: number
  idx: Int8
  hash: Buffer
}

export interface AuditCheckpointTable {
  size: Int8
  note: string
  signed_at: Date
  published: ColumnType<boolean, boolean | undefined, boolean>
}

/** What stands for events whose time was over. */
export interface AuditSegmentTable {
  from_seq: Int8
  to_seq: Int8
  subtrees: Buffer[]
  note: string
  dropped_at: Date
}

export interface AuditSealStateTable {
  one: ColumnType<boolean, never, never>
  size: Int8
  frontier: Buffer[]
  sealed_before: string
  legacy_done: boolean
}

/** Destroyed recordings of whose member the log still says that they acted. */
export interface AuditToEraseTable {
  recording_id: string
  since: Date
}

export interface AuditTables {
  audit_event: AuditEventTable
  audit_seal: AuditSealTable
  audit_node: AuditNodeTable
  audit_checkpoint: AuditCheckpointTable
  audit_segment: AuditSegmentTable
  audit_seal_state: AuditSealStateTable
  audit_to_erase: AuditToEraseTable
}

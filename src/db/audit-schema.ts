import type { ColumnType } from 'kysely'

/** Tables of the sealed audit log. */

type Int8 = ColumnType<number, number, number>

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

export interface AuditTables {
  audit_seal: AuditSealTable
  audit_node: AuditNodeTable
  audit_checkpoint: AuditCheckpointTable
  audit_segment: AuditSegmentTable
  audit_seal_state: AuditSealStateTable
}

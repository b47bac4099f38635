/** An event of the audit log, as `/v1/audit-events` has it. */
export interface LogEvent {
  readonly seq: number
  readonly id: string
  readonly at: string
  readonly type: string
  readonly outcome: 'ok' | 'denied' | 'error'
  readonly code: string | null
  readonly actor: string | null
  readonly roles: readonly string[]
  readonly recordingId: string | null
  readonly purpose: string | null
  readonly caseRef: string | null
  readonly requestId: string | null
  readonly breakGlass: boolean
  readonly detail: Readonly<Record<string, unknown>>
  /** Who, for which case and the detail were erased. */
  readonly erased: boolean
}

/** Shows that an event is in the log; hashes are SHA-256 in base64. */
export interface Inclusion {
  readonly seq: number
  readonly size: number
  /** The exact text that is in the tree. */
  readonly entry: string
  readonly leaf: string
  readonly proof: readonly string[]
  /** A signed note of C2SP. */
  readonly checkpoint: string
}

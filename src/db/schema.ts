import type { ColumnType, Generated, JSONColumnType, Selectable } from 'kysely'
import type { RenditionName } from '../storage/keys.ts'
import type { AccountTables } from './account-schema.ts'
import type {
  AudioFactsTable,
  AudioSpanTable,
  AudioWorkTable,
  IntegrityFindingTable,
  ReplacedVersionTable,
  TrainingReviewTable,
} from './audio-schema.ts'
import type { AuditTables } from './audit-schema.ts'
import type {
  MemberPreferenceTable,
  TrainingCoachTable,
  TrainingItemTable,
  TrainingNoteTable,
  TrainingSampleTable,
  TrainingScoreTable,
} from './coaching-schema.ts'
import type {
  DisclosureRecordingTable,
  DisclosureTable,
  RecipientNoticeTable,
  SupplierTable,
} from './disclosure-schema.ts'
import type {
  MailAddressTable,
  NoticeMailTable,
  NoticeTable,
  WebhookDeliveryTable,
  WebhookEndpointTable,
  WebhookEventTable,
} from './notices-schema.ts'
import type { OversightTables } from './oversight-schema.ts'
import type { StockDayTable, StockMovementTable } from './overview-schema.ts'
import type { PackageFileTable, PackageRecordingTable, PackageTable } from './package-schema.ts'
import type {
  PrivacyRequestItemTable,
  PrivacyRequestStepTable,
  PrivacyRequestTable,
} from './privacy-schema.ts'
import type {
  AnonymousCountTable,
  AwaitedEventTable,
  BusinessEventTable,
  CertificateHeadTable,
  CertificateTable,
  CorrectedValueTable,
  DestructionApprovalTable,
  DestructionReviewTable,
  EndsClassTable,
  FactTable,
  HoldRecordingTable,
  HoldReviewTable,
  HoldTable,
  OrphanSightingTable,
  RequestLockTable,
  RestrictionTable,
  RuleBookTable,
  SigningKeyTable,
} from './retention-schema.ts'

export type RecordingStatus =
  | 'receiving'
  | 'processing'
  | 'available'
  | 'unplayable'
  | 'unlinked'
  | 'quarantined'
  | 'destroying'
  | 'destroyed'

export type TagState = 'pending_trigger' | 'active' | 'suspended' | 'expired' | 'withdrawn' | 'objected'

/** A part of the call that was never to be kept, in seconds from its start. */
export interface SilencedRange {
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly reason: 'payment' | 'hold'
}

/** bigint columns arrive as strings from the driver and are parsed to safe integers (see database.ts). */
type Int8 = ColumnType<number, number, number>
/** date columns stay `YYYY-MM-DD` text: a calendar day has no zone to be converted to. */
type CalendarDate = ColumnType<string | null, string | null, string | null>
type Json<T extends object> = JSONColumnType<T, string, string>

export interface RecordingTable {
  id: string
  entity: string
  call_id: string | null
  status: RecordingStatus
  status_reason: string | null
  member_ref: string | null
  agent_ref: string | null
  team: string | null
  product: string | null
  direction: 'inbound' | 'outbound' | null
  language: string | null
  notice_version: string | null
  sensitivity: Generated<string[]>
  channels: ColumnType<string[] | null, string | null, string | null>
  silence: ColumnType<SilencedRange[], string | undefined, string>
  links: ColumnType<Record<string, string>, string | undefined, string>
  started_at: Date | null
  ended_at: Date | null
  received_at: Date
  fingerprint: Buffer | null
  keep_until: CalendarDate
  due_at: Date | null
  quarantined_at: Date | null
  hold_count: Generated<number>
  restricted: Generated<boolean>
  lock_count: Generated<number>
  /** Nothing forbids the destruction; kept by the database. */
  is_free: ColumnType<boolean, never, never>
  objects_changed_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  /** Last day for which a recording of no known member may wait for one. */
  link_by: ColumnType<string | null, string | null | undefined, string | null>
  /** Recordings alike in everything their end follows from share one; kept by the database. */
  ends_class: ColumnType<string | null, never, null>
  worker: number | null
  retry_at: Date | null
  fence: ColumnType<number, number | undefined, number>
  destroyed_at: Date | null
}

export interface PurposeTagTable {
  recording_id: string
  purpose: string
  legal_basis: string
  product: string
  rule_id: string
  rule_version: number
  trigger: string
  trigger_date: CalendarDate
  min_until: CalendarDate
  retain_until: CalendarDate
  state: TagState
  disposition: Generated<'delete' | 'anonymise' | 'archive'>
  review: Generated<boolean>
  open_until: ColumnType<string | null, string | null | undefined, string | null>
  dated_on: ColumnType<string | null, string | null | undefined, string | null>
  compatible_use: ColumnType<string | null, string | null | undefined, string | null>
}

export interface RenditionTable {
  recording_id: string
  name: RenditionName
  object_key: string
  media_type: string
  plain_bytes: Int8
  cipher_bytes: Int8
  sha256: Buffer
  age_header: Buffer
  /** Version that the store gave the object, and the hash of its encrypted bytes. */
  version_id: ColumnType<string | null, string | null | undefined, string | null>
  cipher_sha256: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>
  checked_at: ColumnType<Date | null, Date | null | undefined, Date | null>
}

export interface RecordingKeyTable {
  recording_id: string
  kek_id: string
  wrapped: Buffer
}

export interface IngestRequestTable {
  caller: string
  idempotency_key: string
  recording_id: string
}

export interface PlaybackTable {
  id: string
  recording_id: string
  rendition: RenditionName
  actor_sub: string
  purpose: string | null
  case_ref: string | null
  /** The sample for which a coach listens. */
  sample_id: ColumnType<string | null, string | null | undefined, string | null>
  created_at: Date
  expires_at: Date
}

export interface WebSessionTable {
  id_hash: Buffer
  actor: Json<object>
  csrf_token: string
  created_at: Date
  seen_at: Date
  expires_at: Date
  authenticated_at: Date | null
}

export interface LoginAttemptTable {
  state_hash: Buffer
  code_verifier: string
  nonce: string
  return_to: string
  expires_at: Date
  session_id_hash: Buffer | null
}

/** A sweep that destroyed something or that a person asked for, its progress and its report. */
export interface SweepRunTable {
  id: string
  requested_by: string
  started_at: Date
  finished_at: Date | null
  dry_run: boolean
  progress: ColumnType<Record<string, unknown>, string | undefined, string>
  failure: ColumnType<string | null, string | null | undefined, string | null>
  /** The instance that runs it. */
  worker: ColumnType<number | null, number | null | undefined, number | null>
  report: ColumnType<Record<string, unknown>, string, string>
}

export interface Schema extends AccountTables, OversightTables, AuditTables {
  sweep_run: SweepRunTable
  recording: RecordingTable
  purpose_tag: PurposeTagTable
  rendition: RenditionTable
  recording_key: RecordingKeyTable
  ingest_request: IngestRequestTable
  playback: PlaybackTable
  web_session: WebSessionTable
  login_attempt: LoginAttemptTable
  awaited_event: AwaitedEventTable
  ends_class: EndsClassTable
  business_event: BusinessEventTable
  rule_book: RuleBookTable
  hold: HoldTable
  hold_recording: HoldRecordingTable
  hold_review: HoldReviewTable
  corrected_value: CorrectedValueTable
  request_lock: RequestLockTable
  restriction: RestrictionTable
  signing_key: SigningKeyTable
  certificate: CertificateTable
  certificate_head: CertificateHeadTable
  anonymous_count: AnonymousCountTable
  destruction_approval: DestructionApprovalTable
  destruction_review: DestructionReviewTable
  fact: FactTable
  orphan_sighting: OrphanSightingTable
  audio_facts: AudioFactsTable
  audio_work: AudioWorkTable
  audio_span: AudioSpanTable
  integrity_finding: IntegrityFindingTable
  replaced_version: ReplacedVersionTable
  training_review: TrainingReviewTable
  training_sample: TrainingSampleTable
  training_coach: TrainingCoachTable
  training_item: TrainingItemTable
  training_note: TrainingNoteTable
  training_score: TrainingScoreTable
  member_preference: MemberPreferenceTable
  supplier: SupplierTable
  disclosure: DisclosureTable
  disclosure_recording: DisclosureRecordingTable
  recipient_notice: RecipientNoticeTable
  notice: NoticeTable
  notice_mail: NoticeMailTable
  mail_address: MailAddressTable
  webhook_endpoint: WebhookEndpointTable
  webhook_event: WebhookEventTable
  webhook_delivery: WebhookDeliveryTable
  privacy_request: PrivacyRequestTable
  package: PackageTable
  package_recording: PackageRecordingTable
  package_file: PackageFileTable
  privacy_request_item: PrivacyRequestItemTable
  privacy_request_step: PrivacyRequestStepTable
  stock_movement: StockMovementTable
  stock_day: StockDayTable
}

export type RecordingRow = Selectable<RecordingTable>

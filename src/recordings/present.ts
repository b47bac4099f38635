import { z } from 'zod'
import { type Actor, hasRole } from '../access/actor.ts'
import { allowedActions, type Subject } from '../access/policy.ts'
import { SECOND } from '../kernel/units.ts'
import { type DeclaredReason, mayNamePeople } from './declared-reason.ts'
import type { PresentableRow, TagRow } from './find-queries.ts'
import type { MediaRow } from './media-queries.ts'
import type { LegalBasis, PurposeTag } from './model.ts'
import { MediaSchema, presentMedia } from './present-media.ts'
import { trainingUse } from './training-use.ts'

/** The original as it was sent in. */
export interface AudioFacts {
  readonly mediaType: string
  readonly bytes: number
  readonly sha256: Uint8Array
}

const Day = z.iso.date().nullable()
const Instant = z.iso.datetime({ offset: true })

export const PurposeSchema = z.strictObject({
  purpose: z.string(),
  legalBasis: z.enum(['consent', 'contract', 'legal_obligation', 'legitimate_interests']),
  product: z.string(),
  ruleId: z.string(),
  ruleVersion: z.int(),
  trigger: z.string().meta({ description: 'What starts the retention period' }),
  triggerDate: Day,
  minUntil: Day.meta({ description: 'Until this day the law demands that the recording is kept' }),
  retainUntil: Day.meta({
    description: 'Last day, inclusive, in Europe/Amsterdam; null while the trigger is awaited',
  }),
  state: z.enum(['pending_trigger', 'active', 'suspended', 'expired', 'withdrawn', 'objected']),
})

const listFields = {
  id: z.uuid(),
  status: z.enum([
    'processing',
    'available',
    'unplayable',
    'unlinked',
    'quarantined',
    'receiving',
    'destroying',
    'destroyed',
  ]),
  statusReason: z
    .string()
    .optional()
    .meta({ description: 'Why the recording is in this status, when that needs a reason' }),
  entity: z.string().meta({ description: 'The company that answers for the recording' }),
  product: z.string().nullable(),
  direction: z.enum(['inbound', 'outbound']).nullable(),
  language: z.string().nullable(),
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  durationSeconds: z
    .number()
    .nullable()
    .meta({ description: 'Of the sound once it was decoded; before that from start to end of the call' }),
  receivedAt: Instant,
  noticeVersion: z.string().nullable().meta({ description: 'The announcement the caller heard' }),
  callId: z.string().nullable().optional().meta({ description: 'Staff only, like the next three' }),
  memberRef: z.string().nullable().optional().meta({
    description: 'To officers in a browser, like agentRef, only once they declared a reason',
  }),
  agentRef: z.string().nullable().optional(),
  team: z.string().nullable().optional(),
  purposes: z.array(PurposeSchema),
  keepUntil: Day.meta({ description: 'Latest end of the purposes that still count' }),
  dueAt: Instant.nullable().meta({ description: 'First instant at which nothing keeps the recording' }),
  held: z.boolean().meta({ description: 'Destruction waits for a complaint, claim, lawsuit or regulator' }),
  restricted: z.boolean().meta({ description: 'Storage only (Art. 18 GDPR)' }),
}

/** Items of a list carry less than the recording itself (data minimisation). */
export const RecordingItemSchema = z.strictObject(listFields).meta({ id: 'RecordingItem' })

export const RecordingSchema = z
  .strictObject({
    ...listFields,
    sensitivity: z.array(z.string()),
    channels: z.array(z.string()).nullable(),
    links: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'Policy, claim, complaint; staff only' }),
    audio: z
      .strictObject({
        mediaType: z.string(),
        bytes: z.int(),
        sha256: z.string(),
        silenced: z.literal(true).optional().meta({
          description:
            'Silence is in the place of parts that must not be heard; it differs from what was sent',
        }),
      })
      .nullable()
      .meta({ description: 'The original as stored: size and lower-case hex SHA-256 of the plain bytes' }),
    media: MediaSchema,
    allowed: z.array(z.string()).meta({ description: 'What the caller may do: listen, copy, accesses' }),
  })
  .meta({ id: 'Recording' })

export const RecordingListSchema = z
  .strictObject({ items: z.array(RecordingItemSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'RecordingList' })

export type RecordingJson = z.input<typeof RecordingSchema>
export type RecordingItemJson = z.input<typeof RecordingItemSchema>

/** Members see what the call was about and why it is kept, never who served them or our own references. */
const seesReferences = (actor: Actor): boolean =>
  hasRole(actor, 'recorder', 'importer', 'agent', 'privacy_officer', 'records_manager', 'auditor')

export function presentItem(
  row: PresentableRow,
  tags: readonly PurposeTag[],
  actor: Actor,
  declared: DeclaredReason = {},
): RecordingItemJson {
  return {
    id: row.id,
    status: row.status,
    ...(row.status_reason === null ? {} : { statusReason: row.status_reason }),
    entity: row.entity,
    product: row.product,
    direction: row.direction,
    language: row.language,
    startedAt: instant(row.started_at),
    endedAt: instant(row.ended_at),
    durationSeconds: durationSeconds(row),
    receivedAt: row.received_at.toISOString(),
    noticeVersion: row.notice_version,
    ...(seesReferences(actor) && !isOwnRow(row, actor)
      ? references(row, mayNamePeople(actor, declared))
      : {}),
    purposes: tags.map(presentTag),
    keepUntil: row.keep_until,
    dueAt: instant(row.due_at),
    held: row.hold_count > 0,
    restricted: row.restricted,
  }
}

/** The sound of a recording; `original` is null as long as that is not complete. */
export interface SoundFacts {
  readonly original: AudioFacts | null
  readonly media: MediaRow
}

/** The recording as this actor may see it. */
export function presentRecording(
  row: PresentableRow,
  tags: readonly PurposeTag[],
  { original: audio, media }: SoundFacts,
  actor: Actor,
  now: Date,
  declared: DeclaredReason = {},
): RecordingJson {
  const staff = seesReferences(actor) && !isOwnRow(row, actor)
  return {
    ...presentItem(row, tags, actor, declared),
    sensitivity: row.sensitivity,
    channels: row.channels,
    ...(staff ? { links: row.links } : {}),
    audio: audio && {
      mediaType: audio.mediaType,
      bytes: audio.bytes,
      sha256: Buffer.from(audio.sha256).toString('hex'),
      ...(row.silence.length > 0 ? { silenced: true } : {}),
    },
    media: presentMedia(media, trainingUse({ tags, sensitivity: row.sensitivity }, now) === 'allowed'),
    allowed: allowedActions(actor, subjectOf(row, tags), now),
  }
}

type SubjectRow = Pick<
  PresentableRow,
  'member_ref' | 'agent_ref' | 'entity' | 'status' | 'restricted' | 'sensitivity'
> & {
  /** Of the caller, where it was looked up. */
  readonly break_glass?: string | null
  readonly suspended?: boolean
}

/** The facts of a row that the access policy decides on, for words and for bytes alike. */
export const subjectOf = (row: SubjectRow, tags: Subject['tags']): Subject => ({
  memberRef: row.member_ref,
  agentRef: row.agent_ref,
  entity: row.entity,
  status: row.status,
  restricted: row.restricted,
  sensitivity: row.sensitivity,
  tags,
  breakGlass: typeof row.break_glass === 'string' ? 'live' : 'none',
  suspended: row.suspended ?? false,
})

/** A tag as the database has it, in our own words. */
export const tagOf = (row: TagRow): PurposeTag => ({
  purpose: row.purpose,
  legalBasis: row.legal_basis as LegalBasis,
  product: row.product,
  ruleId: row.rule_id,
  ruleVersion: row.rule_version,
  trigger: row.trigger,
  triggerDate: row.trigger_date,
  minUntil: row.min_until,
  retainUntil: row.retain_until,
  state: row.state,
})

/** Staff who are members themselves see their own call the way every member does. */
const isOwnRow = (row: PresentableRow, actor: Actor): boolean =>
  hasRole(actor, 'member') && actor.memberRef !== null && actor.memberRef === row.member_ref

const references = (row: PresentableRow, withPeople: boolean) => ({
  callId: row.call_id,
  ...(withPeople ? { memberRef: row.member_ref, agentRef: row.agent_ref } : {}),
  team: row.team,
})

const presentTag = (tag: PurposeTag): RecordingItemJson['purposes'][number] => ({
  purpose: tag.purpose,
  legalBasis: tag.legalBasis,
  product: tag.product,
  ruleId: tag.ruleId,
  ruleVersion: tag.ruleVersion,
  trigger: tag.trigger,
  triggerDate: tag.triggerDate,
  minUntil: tag.minUntil,
  retainUntil: tag.retainUntil,
  state: tag.state,
})

const instant = (value: Date | null): string | null => value?.toISOString() ?? null

/** What can be heard counts more than what was said of the call. */
export function durationSeconds({ duration_ms, started_at, ended_at }: PresentableRow): number | null {
  if (typeof duration_ms === 'number') return duration_ms / SECOND
  return started_at && ended_at ? (ended_at.getTime() - started_at.getTime()) / SECOND : null
}

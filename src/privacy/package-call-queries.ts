import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import type { SilencedRange } from '../db/schema.ts'
import type { PurposeTag } from '../recordings/model.ts'
import type { RenditionName } from '../storage/keys.ts'

/** A stored rendition of a call, and how to read it. */
export interface CallRendition {
  readonly name: RenditionName
  readonly mediaType: string
  readonly objectKey: string
  readonly bytes: number
  readonly sha256: string
  readonly ageHeader: string
}

/** What is known of a call that is to go into a package of its member. */
export interface CallRow {
  readonly id: string
  readonly entity: string
  readonly product: string | null
  readonly direction: 'inbound' | 'outbound' | null
  readonly language: string | null
  readonly noticeVersion: string | null
  readonly sensitivity: readonly string[]
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly receivedAt: Date
  readonly keepUntil: string | null
  readonly channels: readonly string[] | null
  readonly silence: readonly SilencedRange[]
  readonly agentRef: string | null
  readonly durationSeconds: number | null
  readonly audioChannels: number | null
  readonly codec: string | null
  readonly kekId: string
  readonly wrapped: Buffer
  readonly tags: readonly PurposeTag[]
  readonly renditions: readonly CallRendition[]
  readonly hasCuts: boolean
  /** Something in it is being taken out. */
  readonly isRedacting: boolean
  /** It is still to be decoded, or a copy without what is cut still to be made. */
  readonly isWaited: boolean
}

const MEMBER_STATUSES = sql`('processing', 'available', 'unplayable', 'quarantined')`

/** Undefined when the member does not have it (any more). */
export async function findCall(
  connection: Connection,
  id: string,
  memberRef: string,
): Promise<CallRow | undefined> {
  const { rows } = await sql<CallRow>`
    select r.id, r.entity, r.product, r.direction, r.language, r.notice_version as "noticeVersion", r.sensitivity,
      r.started_at as "startedAt", r.ended_at as "endedAt", r.received_at as "receivedAt", r.keep_until as "keepUntil",
      r.channels, r.silence, r.agent_ref as "agentRef", a.channels as "audioChannels", a.codec,
      coalesce(a.duration_ms / 1000.0, extract(epoch from r.ended_at - r.started_at))::float8 as "durationSeconds",
      k.kek_id as "kekId", k.wrapped,
      (select coalesce(json_agg(json_build_object('purpose', t.purpose, 'legalBasis', t.legal_basis,
          'product', t.product, 'ruleId', t.rule_id, 'ruleVersion', t.rule_version, 'trigger', t.trigger,
          'triggerDate', t.trigger_date, 'minUntil', t.min_until, 'retainUntil', t.retain_until,
          'state', t.state) order by t.purpose), '[]')
        from purpose_tag t where t.recording_id = r.id) as tags,
      (select coalesce(json_agg(json_build_object('name', d.name, 'mediaType', d.media_type, 'objectKey', d.object_key,
          'bytes', d.plain_bytes, 'sha256', encode(d.sha256, 'hex'), 'ageHeader', encode(d.age_header, 'base64'))), '[]')
        from rendition d where d.recording_id = r.id and d.name in ('original', 'playback', 'copy')) as renditions,
      exists (select from audio_span s where s.recording_id = r.id and s.kind = 'cut') as "hasCuts",
      exists (select from audio_work w where w.recording_id = r.id and w.kind = 'redact') as "isRedacting",
      exists (select from audio_work w where w.recording_id = r.id and w.kind in ('playback', 'copy')
        and w.state = 'waiting') as "isWaited"
    from recording r
    join recording_key k on k.recording_id = r.id
    left join audio_facts a on a.recording_id = r.id
    where r.id = ${id} and r.member_ref = ${memberRef} and r.status in ${MEMBER_STATUSES}`.execute(connection)
  return rows[0]
}

/** Keeps a call from being destroyed or given to somebody else until the transaction ends; false when it is not the member's. */
export async function keepCall(connection: Connection, id: string, memberRef: string): Promise<boolean> {
  const { rows } = await sql`select from recording where id = ${id} and member_ref = ${memberRef}
    and status in ${MEMBER_STATUSES} for share`.execute(connection)
  return rows.length > 0
}

/** Calls of a member of these companies beside those that are named: what a portable package leaves out. */
export async function otherCalls(
  connection: Connection,
  requestId: string,
  memberRef: string,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from recording r join privacy_request q on q.id = ${requestId}
    where r.member_ref = ${memberRef} and r.status in ${MEMBER_STATUSES} and r.entity = any(q.entities)
      and not exists (select from privacy_request_item i where i.request_id = q.id and i.recording_id = r.id
        and i.type = 'portability')
    order by r.started_at, r.id limit 10000`.execute(connection)
  return rows.map(({ id }) => id)
}

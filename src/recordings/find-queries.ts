import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Scope } from '../access/policy.ts'
import type { Database } from '../db/database.ts'
import type { PurposeTagTable, RecordingStatus, RecordingTable, Schema } from '../db/schema.ts'
import { type MediaRow, mediaColumn } from './media-queries.ts'

export type TagRow = Omit<
  Selectable<PurposeTagTable>,
  'recording_id' | 'disposition' | 'review' | 'open_until' | 'dated_on' | 'compatible_use'
>

/** The columns of `recording` that an answer is made from; nothing else can leak by accident. */
export type PresentableRow = Pick<
  Selectable<RecordingTable>,
  | 'id'
  | 'entity'
  | 'status'
  | 'status_reason'
  | 'product'
  | 'direction'
  | 'language'
  | 'started_at'
  | 'ended_at'
  | 'received_at'
  | 'notice_version'
  | 'sensitivity'
  | 'channels'
  | 'silence'
  | 'links'
  | 'call_id'
  | 'member_ref'
  | 'agent_ref'
  | 'team'
  | 'keep_until'
  | 'due_at'
  | 'hold_count'
  | 'restricted'
> & {
  /** Length of the sound as decoding showed; null or absent as long as nobody has decoded it. */
  readonly duration_ms?: number | null
}

export type FoundRow = PresentableRow & { readonly tags: TagRow[] }
export type FoundRecording = FoundRow & {
  readonly media_type: string | null
  readonly plain_bytes: number | null
  readonly sha256: Buffer | null
  readonly media: MediaRow
}
export type ListedRow = FoundRow & { readonly cursor_at: string }

const COLUMNS = [
  'recording.id',
  'recording.entity',
  'recording.status',
  'recording.status_reason',
  'recording.product',
  'recording.direction',
  'recording.language',
  'recording.started_at',
  'recording.ended_at',
  'recording.received_at',
  'recording.notice_version',
  'recording.sensitivity',
  'recording.channels',
  'recording.silence',
  'recording.links',
  'recording.call_id',
  'recording.member_ref',
  'recording.agent_ref',
  'recording.team',
  'recording.keep_until',
  'recording.due_at',
  'recording.hold_count',
  'recording.restricted',
] as const

const tagsOf = (eb: ExpressionBuilder<Schema, 'recording'>) =>
  jsonArrayFrom(
    eb
      .selectFrom('purpose_tag')
      .select([
        'purpose_tag.purpose',
        'legal_basis',
        'purpose_tag.product',
        'rule_id',
        'rule_version',
        'trigger',
      ])
      .select(['trigger_date', 'min_until', 'retain_until', 'purpose_tag.state'])
      .whereRef('purpose_tag.recording_id', '=', 'recording.id')
      .orderBy('purpose'),
  ).as('tags')

const duration = (eb: ExpressionBuilder<Schema, 'recording'>) =>
  eb
    .selectFrom('audio_facts')
    .select('audio_facts.duration_ms')
    .whereRef('audio_facts.recording_id', '=', 'recording.id')
    .as('duration_ms')

export async function findRecording(
  db: Database,
  id: string,
  { memberRef, entities }: Scope,
): Promise<FoundRecording | undefined> {
  return db
    .selectFrom('recording')
    .leftJoin('rendition', (join) =>
      join.onRef('rendition.recording_id', '=', 'recording.id').on('rendition.name', '=', 'original'),
    )
    .select(COLUMNS)
    .select(['rendition.media_type', 'rendition.plain_bytes', 'rendition.sha256'])
    .select((eb) => [tagsOf(eb), duration(eb), mediaColumn.as('media')])
    .where('recording.id', '=', id)
    .where(sql<boolean>`(recording.member_ref = ${memberRef} or recording.entity = any(${entities}))`)
    .where('recording.status', 'not in', ['receiving', 'destroying', 'destroyed'])
    .executeTakeFirst()
}

/** Statuses of the partial index on members; an unlinked recording has no member. */
const MEMBER_STATUSES: RecordingStatus[] = ['processing', 'available', 'unplayable', 'quarantined']
const STAFF_STATUSES: RecordingStatus[] = [...MEMBER_STATUSES, 'unlinked']

export interface ListFilter {
  readonly from?: Date | undefined
  /** Exclusive. */
  readonly to?: Date | undefined
  readonly product?: string | undefined
  readonly purpose?: string | undefined
  readonly status?: RecordingStatus | undefined
  readonly memberRef?: string | undefined
  readonly agentRef?: string | undefined
  readonly dueBefore?: Date | undefined
  readonly recordingId?: string | undefined
  readonly callId?: string | undefined
  /** References of the deliverer to a policy, a claim or a complaint. */
  readonly policy?: string | undefined
  readonly claim?: string | undefined
  readonly complaint?: string | undefined
  /** Only those under a hold, those restricted, those of which making something from the audio has failed. */
  readonly held?: true | undefined
  readonly restricted?: true | undefined
  readonly parked?: true | undefined
  /** The last row of the page before: its start to the microsecond, and its id. */
  readonly after?: { readonly at: string; readonly id: string } | undefined
  readonly limit: number
}

type Conditions = (eb: ExpressionBuilder<Schema, 'recording'>) => Expression<SqlBool>[]

/** Each adds a condition when its filter is given. */
const CONDITIONS: readonly ((
  filter: ListFilter,
  eb: ExpressionBuilder<Schema, 'recording'>,
) => Expression<SqlBool> | undefined)[] = [
  // An index condition too: rows without a start would come first and all be hidden ones.
  (_filter, eb) => eb('recording.started_at', 'is not', null),
  ({ from }, eb) => from && eb('recording.started_at', '>=', from),
  ({ to }, eb) => to && eb('recording.started_at', '<', to),
  ({ product }, eb) => (product === undefined ? undefined : eb('recording.product', '=', product)),
  ({ status }) => status && sql<SqlBool>`recording.status = ${sql.lit(status)} ${setAside(status)}`,
  ({ memberRef }, eb) => (memberRef === undefined ? undefined : eb('recording.member_ref', '=', memberRef)),
  ({ agentRef }, eb) => (agentRef === undefined ? undefined : eb('recording.agent_ref', '=', agentRef)),
  ({ dueBefore }, eb) => dueBefore && eb('recording.due_at', '<', dueBefore),
  ({ purpose }, eb) => (purpose === undefined ? undefined : hasPurpose(eb, purpose)),
  ({ recordingId }, eb) => (recordingId === undefined ? undefined : eb('recording.id', '=', recordingId)),
  ({ callId }, eb) => (callId === undefined ? undefined : eb('recording.call_id', '=', callId)),
  ...(['policy', 'claim', 'complaint'] as const).map(
    (kind) => (filter: ListFilter) => (filter[kind] === undefined ? undefined : hasLink(kind, filter[kind])),
  ),
  ({ held }) => held && sql<SqlBool>`recording.hold_count > 0`,
  ({ restricted }) => restricted && sql<SqlBool>`recording.restricted`,
  ({ parked }) =>
    parked && sql<SqlBool>`recording.id in (select recording_id from audio_work where state = 'parked')`,
  ({ after }) =>
    after &&
    sql<SqlBool>`(recording.started_at, recording.id) < (${after.at}::timestamptz, ${after.id}::uuid)`,
]

/** As the partial indexes on links have it. */
const hasLink = (kind: 'policy' | 'claim' | 'complaint', ref: string) =>
  sql<SqlBool>`recording.links ? ${sql.lit(kind)} and recording.links ->> ${sql.lit(kind)} = ${ref}`

/** Few among many: said once more in the words of their partial index. */
const setAside = (status: RecordingStatus) =>
  status === 'unplayable' || status === 'unlinked' || status === 'quarantined'
    ? sql`and recording.status in ('unplayable', 'unlinked', 'quarantined')`
    : sql``

const filterConditions =
  (filter: ListFilter): Conditions =>
  (eb) =>
    CONDITIONS.flatMap((condition) => condition(filter, eb) ?? [])

const hasPurpose = (eb: ExpressionBuilder<Schema, 'recording'>, purpose: string) =>
  eb.exists(
    eb
      .selectFrom('purpose_tag')
      .select('purpose')
      .whereRef('recording_id', '=', 'recording.id')
      .where('purpose', '=', purpose),
  )

const startedAtText = sql<string>`to_char(recording.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** One page of a member's own recordings, newest first, by the index on members. */
export const memberPageQuery = (db: Database, memberRef: string, filter: ListFilter) =>
  db
    .selectFrom('recording')
    .select(COLUMNS)
    .select((eb) => [tagsOf(eb), duration(eb), startedAtText.as('cursor_at')])
    .where('recording.member_ref', '=', memberRef)
    // Literals, not parameters: a prepared plan must see that the partial index covers them.
    .where(sql<boolean>`recording.status in ('processing', 'available', 'unplayable', 'quarantined')`)
    .where((eb) => eb.and(filterConditions(filter)(eb)))
    .orderBy('recording.started_at', 'desc')
    .orderBy('recording.id', 'desc')
    .limit(filter.limit)

/**
 * One page of the recordings of one entity, newest first. With a member or an agent in the filter the
 * planner has an index for those.
 */
export const entityPageQuery = (db: Database, entity: string, filter: ListFilter) =>
  db
    .selectFrom('recording')
    .select(COLUMNS)
    .select((eb) => [tagsOf(eb), duration(eb), startedAtText.as('cursor_at')])
    .where('recording.entity', '=', entity)
    .where('recording.status', 'in', filter.memberRef ? MEMBER_STATUSES : STAFF_STATUSES)
    .where((eb) => eb.and(filterConditions(filter)(eb)))
    .orderBy('recording.started_at', 'desc')
    .orderBy('recording.id', 'desc')
    .limit(filter.limit)

export const listOfMember = (db: Database, memberRef: string, filter: ListFilter): Promise<ListedRow[]> =>
  memberPageQuery(db, memberRef, filter).execute()

/**
 * One page over several entities. Each is read in the order of its index and cut to a page before they
 * are merged; one condition on all entities would sort every row of them.
 */
export async function listOfEntities(
  db: Database,
  entities: readonly string[],
  filter: ListFilter,
): Promise<ListedRow[]> {
  const pages = await Promise.all(entities.map((entity) => entityPageQuery(db, entity, filter).execute()))
  return pages.flat().sort(newestFirst).slice(0, filter.limit)
}

const newestFirst = (a: ListedRow, b: ListedRow): number =>
  compare(b.cursor_at, a.cursor_at) || compare(b.id, a.id)

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { RecordingStatus, TagState } from '../db/schema.ts'
import type { Disposition, LegalBasis } from '../recordings/model.ts'
import type { Awaiting, Links } from './derive-tag.ts'
import type { AwaitedType, BusinessEvent, Link } from './events.ts'

/** What events are about: the number of one policy, claim or case. */
export interface EventKey {
  readonly link: Link
  readonly ref: string
}

/** Under which events and arrivals about the same number take turns. */
export const turnOf = ({ link, ref }: EventKey): string => `${link}:${ref}`

/**
 * Lets events and arrivals take turns by name until the transaction ends, so that no recording slips
 * between an event and its own arrival: events one at a time, arrivals beside each other. In one order,
 * so that nobody waits in a circle.
 */
export async function takeTurns(tx: Tx, names: readonly string[], as: 'event' | 'arrival'): Promise<void> {
  const lock = sql.raw(as === 'event' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared')
  await sql`select ${lock}(code) from (select distinct hashtextextended(name, 0) as code
    from unnest(${names}::text[]) as names (name) order by code) as ordered`.execute(tx)
}

/** What a new recording may have been reported about before it arrived. */
export async function keysOfRecording(tx: Tx, id: string): Promise<EventKey[]> {
  const { rows } =
    await sql<EventKey>`select link, ref from recording r, jsonb_each_text(r.links) as l (link, ref)
    where r.id = ${id}`.execute(tx)
  return rows
}

/** Stores an event; false when its sender had reported it before. */
export async function insertEvent(tx: Tx, event: BusinessEvent, receivedAt: Date): Promise<boolean> {
  const row = await tx
    .insertInto('business_event')
    .values({
      id: event.id,
      sender: event.sender,
      type: event.type,
      ref: event.ref,
      entities: [...event.entities],
      occurred_at: event.occurredAt,
      received_at: receivedAt,
      corrects: event.corrects,
    })
    .onConflict((conflict) => conflict.columns(['sender', 'id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

const COLUMNS = sql`e.id, e.sender, e.type, e.ref, e.entities, e.occurred_at as "occurredAt", e.corrects`

export async function findEvent(
  connection: Connection,
  sender: string,
  id: string,
): Promise<BusinessEvent | undefined> {
  const { rows } = await sql<BusinessEvent>`select ${COLUMNS} from business_event e
    where e.sender = ${sender} and e.id = ${id}`.execute(connection)
  return rows[0]
}

/** The events about some numbers, without those that another one of the same sender corrects. */
export async function standingEvents(tx: Tx, refs: readonly string[]): Promise<BusinessEvent[]> {
  const { rows } = await sql<BusinessEvent>`select ${COLUMNS} from business_event e
    where e.ref = any(${[...new Set(refs)]})
      and not exists (select from business_event c where c.sender = e.sender and c.corrects = e.id)`.execute(
    tx,
  )
  return rows
}

/** Whether an earlier event about the same was about recordings that were there then. */
export async function hadRecordings(
  tx: Tx,
  { ref, types, entities }: { ref: string; types: readonly string[]; entities: readonly string[] },
): Promise<boolean> {
  const { rows } = await sql`select from business_event
    where ref = ${ref} and type = any(${types}) and entities && ${entities} and matched > 0 limit 1`.execute(
    tx,
  )
  return rows.length > 0
}

export async function setMatched(tx: Tx, { sender, id }: BusinessEvent, matched: number): Promise<void> {
  await tx
    .updateTable('business_event')
    .set({ matched })
    .where('sender', '=', sender)
    .where('id', '=', id)
    .execute()
}

/** A tag whose dates may depend on events. */
export interface ConcernedTag {
  readonly purpose: string
  readonly ruleId: string
  readonly ruleVersion: number
  readonly trigger: string
  readonly triggerDate: string | null
  readonly retainUntil: string | null
  readonly state: TagState
  /** Day on which an event last set the dates. */
  readonly datedOn: string | null
  readonly awaits: readonly (Awaiting & { readonly type: AwaitedType })[]
}

/** A recording as far as events can change its dates. */
export interface ConcernedRecording {
  readonly id: string
  readonly entity: string
  readonly status: RecordingStatus
  readonly product: string
  readonly sensitivity: readonly string[]
  readonly links: Links
  readonly callEndedAt: Date
  readonly tags: readonly ConcernedTag[]
}

export interface Concern {
  readonly key: EventKey
  readonly types: readonly AwaitedType[]
  readonly entities: readonly string[]
}

/** Ids of the recordings that await events of these types about this number, or whose rule may depend on it. */
export async function concernedIds(tx: Tx, { key, types, entities }: Concern): Promise<string[]> {
  const byPolicy = sql`union select id from recording
    where links ->> 'policy' = ${key.ref} and links ? 'policy' and status not in ('receiving', 'destroyed')`
  const { rows } = await sql<{ id: string }>`select r.id from (
      select recording_id as id from awaited_event where ref = ${key.ref} and type = any(${types})
      ${types.includes('application.rejected') ? byPolicy : sql``}
    ) as found join recording r on r.id = found.id
    where r.entity = any(${entities})`.execute(tx)
  return rows.map(({ id }) => id)
}

/** The recordings with everything their dates follow from, locked until the transaction ends. */
export async function lockConcerned(tx: Tx, ids: readonly string[]): Promise<ConcernedRecording[]> {
  const { rows } = await sql<Omit<ConcernedRecording, 'callEndedAt'> & { callEndedAt: Date }>`
    with locked as materialized (
      select id, entity, status, product, sensitivity, links, coalesce(ended_at, started_at) as ended
      from recording where id = any(${ids}::uuid[]) and status <> 'destroyed' order by id for update)
    select id, entity, status, product, sensitivity, links, ended as "callEndedAt",
      coalesce((select json_agg(json_build_object('purpose', t.purpose, 'ruleId', t.rule_id,
          'ruleVersion', t.rule_version, 'trigger', t.trigger, 'triggerDate', t.trigger_date,
          'retainUntil', t.retain_until, 'state', t.state, 'datedOn', t.dated_on,
          'awaits', coalesce((select json_agg(json_build_object('type', a.type, 'ref', a.ref,
              'occurredOn', a.occurred_on)) from awaited_event a
            where a.recording_id = t.recording_id and a.purpose = t.purpose), '[]')))
        from purpose_tag t where t.recording_id = locked.id), '[]') as tags
    from locked order by id`.execute(tx)
  return rows
}

/** What the events make of one tag. */
export interface TagChange {
  readonly recordingId: string
  readonly purpose: string
  readonly ruleId: string
  readonly ruleVersion: number
  readonly legalBasis: LegalBasis
  readonly trigger: string
  readonly disposition: Disposition
  readonly review: boolean
  readonly triggerDate: string | null
  readonly minUntil: string | null
  readonly retainUntil: string | null
  readonly openUntil: string | null
  readonly state: TagState
  readonly datedOn: string
  readonly awaits: readonly Awaiting[]
}

/** Writes many changed tags and what they await, in a few statements. */
export async function changeTags(tx: Tx, changes: readonly TagChange[]): Promise<void> {
  const rows = JSON.stringify(changes)
  const change = sql`jsonb_to_recordset(${rows}::jsonb) as n ("recordingId" uuid, purpose text, "ruleId" text,
    "ruleVersion" integer, "legalBasis" text, trigger text, disposition text, review boolean, "triggerDate" date,
    "minUntil" date, "retainUntil" date, "openUntil" date, state text, "datedOn" date, awaits jsonb)`
  await sql`update purpose_tag t set rule_id = n."ruleId", rule_version = n."ruleVersion",
      legal_basis = n."legalBasis", trigger = n.trigger, disposition = n.disposition, review = n.review,
      trigger_date = n."triggerDate", min_until = n."minUntil", retain_until = n."retainUntil",
      open_until = n."openUntil", state = n.state, dated_on = n."datedOn"
    from ${change} where t.recording_id = n."recordingId" and t.purpose = n.purpose`.execute(tx)
  await sql`delete from awaited_event a using ${change}
    where a.recording_id = n."recordingId" and a.purpose = n.purpose`.execute(tx)
  await sql`insert into awaited_event (recording_id, purpose, type, ref, occurred_on)
    select n."recordingId", n.purpose, a.type, a.ref, a."occurredOn"
    from ${change}, jsonb_to_recordset(n.awaits) as a (type text, ref text, "occurredOn" date)`.execute(tx)
}

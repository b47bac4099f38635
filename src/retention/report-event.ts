import type { Actor } from '../access/actor.ts'
import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { type FieldError, Problem } from '../kernel/problem.ts'
import { MINUTE } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { answersChangedBy, type BusinessEvent, type EventType, subjectOf } from './events.ts'
import { type Applied, applyEvents } from './events-apply.ts'
import {
  concernedIds,
  findEvent,
  hadRecordings,
  insertEvent,
  setMatched,
  takeTurns,
  turnOf,
} from './events-queries.ts'
import type { RulesInUse } from './events-redate.ts'
import { permit } from './permit.ts'

export interface EventReport {
  readonly id: string
  readonly type: EventType
  readonly ref: string
  readonly occurredAt: Date
  readonly corrects?: string | undefined
}

export interface ReportedEvent {
  /** False when the same event had been reported before. */
  readonly isNew: boolean
  readonly event: BusinessEvent
}

export interface ReportEventPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly rules: (now: Date) => RulesInUse
}

/** Clocks differ a little; a later event has not happened yet. */
const CLOCK_TOLERANCE = 5 * MINUTE

/**
 * Takes in what another system reports, and sets the dates of every recording of the sender's entities
 * that it is about. Reporting it again changes nothing, and the order of the reports makes no
 * difference. Throws Problem: `forbidden`, `invalid_event`, `event_conflict` for another event under
 * the same id. Late events are no error: what has ended stays so, and the log says that they came.
 */
export function makeReportEvent(ports: ReportEventPorts) {
  const { db, clock } = ports
  return async function reportEvent(actor: Actor, report: EventReport): Promise<ReportedEvent> {
    const now = clock.now()
    await permit(db, actor, 'report_event', now)
    const event: BusinessEvent = {
      ...report,
      sender: actor.sub,
      entities: actor.entities,
      corrects: report.corrects ?? null,
    }
    try {
      refuseImpossible(event, now)
      return await db.transaction().execute((tx) => takeIn(ports, tx, actor, event, now))
    } catch (error) {
      if (error instanceof Problem) await appendAudit(db, { ...auditOf(actor, event, now), ...denied(error) })
      throw error
    }
  }
}

function refuseImpossible(event: BusinessEvent, now: Date): void {
  const errors: FieldError[] = []
  if (event.occurredAt.getTime() > now.getTime() + CLOCK_TOLERANCE)
    errors.push({ field: 'occurredAt', message: 'lies in the future' })
  if (event.corrects === event.id) errors.push({ field: 'corrects', message: 'names the event itself' })
  if (errors.length > 0) throw new Problem('invalid_event', { errors })
}

async function takeIn(
  ports: ReportEventPorts,
  tx: Tx,
  actor: Actor,
  event: BusinessEvent,
  now: Date,
): Promise<ReportedEvent> {
  // An event and its correction must not overlook each other either.
  const own = [event.id, ...(event.corrects === null ? [] : [event.corrects])]
  await takeTurns(
    tx,
    own.map((id) => `event:${event.sender}:${id}`),
    'event',
  )
  const corrected = event.corrects === null ? undefined : await findEvent(tx, event.sender, event.corrects)
  const about = [event, ...(corrected ? [corrected] : [])]
  await takeTurns(
    tx,
    about.map(({ type, ref }) => turnOf({ link: subjectOf(type), ref })),
    'event',
  )
  if (!(await insertEvent(tx, event, now))) return repeated(tx, actor, event, now)
  const ids = await idsAbout(tx, about)
  const applied = await applyEvents(tx, ids, ports.rules(now), { now, actor })
  await setMatched(tx, event, ids.length)
  const isLate = applied.late.length > 0 || (ids.length === 0 && (await cameAfterEverything(tx, about)))
  await account(ports, tx, { actor, event, now, applied, matched: ids.length, isLate })
  return { isNew: true, event }
}

async function idsAbout(tx: Tx, about: readonly BusinessEvent[]) {
  const ids = new Set<string>()
  for (const { type, ref, entities } of about) {
    const concern = { key: { link: subjectOf(type), ref }, types: answersChangedBy(type), entities }
    for (const id of await concernedIds(tx, concern)) ids.add(id)
  }
  return [...ids]
}

/** The recordings that earlier events were about are gone, and with them every trace of what they were about. */
async function cameAfterEverything(tx: Tx, about: readonly BusinessEvent[]): Promise<boolean> {
  for (const { ref, type, entities } of about) {
    const types = answersChangedBy(type)
    if (await hadRecordings(tx, { ref, types, entities })) return true
  }
  return false
}

async function repeated(tx: Tx, actor: Actor, event: BusinessEvent, now: Date): Promise<ReportedEvent> {
  const known = await findEvent(tx, event.sender, event.id)
  const isSame =
    known?.type === event.type &&
    known.ref === event.ref &&
    known.occurredAt.getTime() === event.occurredAt.getTime() &&
    known.corrects === event.corrects
  if (!isSame) throw new Problem('event_conflict')
  await appendAudit(tx, { ...auditOf(actor, event, now), type: 'retention.event_repeated' })
  return { isNew: false, event: known }
}

interface Account {
  readonly actor: Actor
  readonly event: BusinessEvent
  readonly now: Date
  readonly applied: Applied
  readonly matched: number
  readonly isLate: boolean
}

async function account({ logger }: ReportEventPorts, tx: Tx, done: Account): Promise<void> {
  const { actor, event, now, applied, matched, isLate } = done
  const counts = { matched, changed: applied.changed.length, late: applied.late.length }
  const entry = auditOf(actor, event, now)
  await appendAudit(tx, {
    ...entry,
    detail: { ...entry.detail, ...counts, unknownRule: applied.unknown.length },
  })
  if (isLate) {
    await appendAudit(tx, { ...entry, type: 'retention.late_event', detail: { ...entry.detail, ...counts } })
    logger.warn('an event came after the end of what it was about', { alarm: 'late_event', ...counts })
  }
  if (applied.unknown.length > 0)
    logger.error('purposes name a rule that nobody knows any more', {
      alarm: 'unknown_rule',
      count: applied.unknown.length,
    })
}

/** Without the number it is about: policies and claims belong to people. */
const auditOf = (actor: Actor, { type, corrects }: BusinessEvent, at: Date) =>
  ({
    type: 'retention.event_reported',
    action: 'C',
    outcome: 'ok',
    at,
    actor,
    requestId: currentRequestId() ?? null,
    detail: { event: type, isCorrection: corrects !== null },
  }) satisfies AuditEvent

const denied = ({ code }: Problem) => ({ outcome: 'denied', code }) as const

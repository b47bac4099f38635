import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { type FieldError, Problem } from '../kernel/problem.ts'
import { DAY, MINUTE } from '../kernel/units.ts'
import { lockForRequest, reviewDayOf } from '../recordings/request-lock.ts'
import type { RulesInUse } from '../retention/events-redate.ts'
import { lockCallsOf } from '../retention/training-choice-queries.ts'
import { begin } from './begin-request.ts'
import { type DeadlineOptions, deadlineOf } from './deadline.ts'
import { dossierOf } from './find-request.ts'
import { BY_PURPOSE, type Channel, DELIVERED, type RequestType } from './request-model.ts'
import { announceState, tellMember, tellOfficers } from './request-notices.ts'
import { presentRequest } from './request-present.ts'
import { insertItems, insertRequest, insertStep, matchedOf } from './request-queries.ts'
import { type Matched, questionsOf } from './request-questions.ts'
import type { NewRequest, RequestJson } from './request-schema.ts'
import { viewerOf } from './request-viewer.ts'
import { settle } from './settle-request.ts'

export interface RequestPorts {
  readonly db: Database
  readonly clock: Clock
  readonly rules: (now: Date) => RulesInUse
  readonly options: DeadlineOptions
}

/** A clock that is ahead of ours by this much is still believed. */
const AHEAD_MS = 5 * MINUTE
/** What was received longer ago than this is a mistake in the date. */
const BACK_MS = 366 * DAY

/**
 * Registers what a member asks for, in one transaction with the locks of all it is about: from the moment of receipt
 * nothing of it can go before there is an answer. Members file for themselves; agents and officers for a member, with
 * the time at which it was received, which starts the clock. Throws Problem: `forbidden`, `invalid_privacy_request`.
 */
export function makeFileRequest(ports: RequestPorts) {
  return async function fileRequest(actor: Actor, wanted: NewRequest): Promise<RequestJson> {
    const { db, clock, options } = ports
    const at = clock.now()
    const act: Act = { type: 'privacy_request.filed', action: 'C', actor, at }
    return withRefusalsOnRecord(db, act, async () => {
      const filing = filingOf(actor, wanted, at)
      return db.transaction().execute(async (tx) => {
        const row = await register(tx, ports, actor, filing, wanted)
        const dossier = await dossierOf(tx, row)
        return presentRequest(dossier, { viewer: viewerOf(actor, row), now: at, options })
      })
    })
  }
}

interface Filing {
  readonly memberRef: string
  readonly filedAs: 'member' | 'agent' | 'privacy_officer'
  readonly channel: Channel
  readonly receivedAt: Date
  readonly at: Date
}

/** Who asks through whom, and since when. */
function filingOf(actor: Actor, wanted: NewRequest, at: Date): Filing {
  const errors = [...misplaced(wanted), ...mistimed(wanted, at)]
  if (wanted.memberRef === undefined) {
    if (!hasRole(actor, 'member') || actor.memberRef === null) {
      requireRole(actor, at, 'agent', 'privacy_officer')
      throw refused([{ field: 'memberRef', message: 'says which member asks' }])
    }
    const staffOnly = (['receivedAt', 'channel', 'proxy'] as const).filter((key) => wanted[key] !== undefined)
    errors.push(...staffOnly.map((field) => ({ field, message: 'is for staff who file for a member' })))
    if (errors.length > 0) throw refused(errors)
    return { memberRef: actor.memberRef, filedAs: 'member', channel: 'portal', receivedAt: at, at }
  }
  requireRole(actor, at, 'agent', 'privacy_officer')
  const { memberRef, channel, receivedAt } = wanted
  if (channel === undefined) errors.push({ field: 'channel', message: 'says how it was received' })
  if (receivedAt === undefined) errors.push({ field: 'receivedAt', message: 'says when it was received' })
  if (errors.length > 0 || channel === undefined || receivedAt === undefined) throw refused(errors)
  const filedAs = hasRole(actor, 'privacy_officer') ? 'privacy_officer' : 'agent'
  return { memberRef, filedAs, channel, receivedAt: new Date(receivedAt), at }
}

/** Fields that say something about what is not asked for. */
function* misplaced(wanted: NewRequest): Generator<FieldError> {
  const asks = (...types: readonly RequestType[]) => wanted.types.some((type) => types.includes(type))
  if (wanted.purposes && !asks(...BY_PURPOSE))
    yield { field: 'purposes', message: 'is for erasure, objection and withdrawal of consent' }
  if (wanted.decisionRef && !asks('human_review'))
    yield { field: 'decisionRef', message: 'is for a human review' }
  if (wanted.transferTo && !asks('portability')) yield { field: 'transferTo', message: 'is for portability' }
  if (wanted.eraseBy && !(asks('erasure') && asks(...DELIVERED)))
    yield { field: 'eraseBy', message: 'is for an erasure after a copy' }
}

/** Times that cannot be. */
function* mistimed({ eraseBy, proxy, receivedAt }: NewRequest, at: Date): Generator<FieldError> {
  if (eraseBy && eraseBy < dayOf(at)) yield { field: 'eraseBy', message: 'lies in the past' }
  if (proxy && proxy.validUntil < dayOf(at))
    yield { field: 'proxy.validUntil', message: 'the mandate has ended' }
  const received = receivedAt === undefined ? at.getTime() : Date.parse(receivedAt)
  if (received > at.getTime() + AHEAD_MS) yield { field: 'receivedAt', message: 'must not lie ahead' }
  if (received < at.getTime() - BACK_MS) yield { field: 'receivedAt', message: 'lies more than a year back' }
}

async function register(tx: Tx, ports: RequestPorts, actor: Actor, filing: Filing, wanted: NewRequest) {
  const { at, receivedAt, memberRef } = filing
  const calls = await callsMeant(tx, memberRef, wanted.recordings)
  const id = newId()
  const placed = { requestRef: id, placedBy: actor.sub, placedAt: at, reviewBy: reviewDayOf(receivedAt) }
  const ids = calls.map((call) => call.id)
  await lockForRequest(tx, actor, { recordingIds: ids, ...placed })
  const row = await insertRequest(tx, {
    id,
    ...rowOf(filing, wanted, deadlineOf(receivedAt, ports.options)),
    filed_by: actor.sub,
    entities: entitiesOf(actor, calls, ports.rules(at)),
  })
  const questions = questionsOf(wanted.types, calls, wanted.purposes)
  await insertItems(tx, id, questions)
  await insertStep(tx, id, { type: 'received', actor, at, detail: { channel: filing.channel } })
  await announceState(tx, row, 'received', at)
  await tellMember(tx, row, { kind: 'request_received', at, facts: { deadline: row.deadline } })
  await tellOfficers(tx, row, { kind: 'request_filed', at, facts: { deadline: row.deadline } })
  const detail = { privacyRequest: id, types: wanted.types, channel: filing.channel, recordings: ids.length }
  await appendAudit(
    tx,
    eventOf({ type: 'privacy_request.filed', action: 'C', actor, at, entities: row.entities }, detail),
  )
  await begin({ tx, rules: ports.rules, actor, at }, id)
  return (await settle(tx, row, { actor, at })).row
}

const rowOf = (filing: Filing, wanted: NewRequest, deadline: ReturnType<typeof deadlineOf>) => ({
  member_ref: filing.memberRef,
  types: [...wanted.types],
  state: 'received',
  channel: filing.channel,
  received_at: filing.receivedAt,
  registered_at: filing.at,
  filed_as: filing.filedAs,
  message: wanted.message ?? null,
  proxy_relation: wanted.proxy?.relation ?? null,
  proxy_mandate: wanted.proxy?.mandateRef ?? null,
  proxy_until: wanted.proxy?.validUntil ?? null,
  target_date: deadline.targetDate,
  due_date: deadline.dueDate,
  extended_due_date: deadline.extendedDueDate,
  deadline: deadline.dueDate,
  // A login as for every other service is enough to know who asks.
  identity: filing.filedAs === 'member' ? ('confirmed' as const) : ('unconfirmed' as const),
  identity_how: filing.filedAs === 'member' ? 'login' : null,
  erase_by: wanted.eraseBy ?? null,
  transfer_to: wanted.transferTo ? JSON.stringify(wanted.transferTo) : null,
  decision_ref: wanted.decisionRef ?? null,
})

/**
 * The calls of the member that are meant, locked. One that is not theirs is answered like one that never was:
 * Problem('invalid_privacy_request') that names the field.
 */
async function callsMeant(
  tx: Tx,
  memberRef: string,
  named: readonly string[] | undefined,
): Promise<Matched[]> {
  const own = await lockCallsOf(tx, memberRef)
  const known = new Set(own)
  const errors = (named ?? []).flatMap((id, i) =>
    known.has(id) ? [] : [{ field: `recordings[${i}]`, message: 'is not a call of this member' }],
  )
  if (errors.length > 0) throw refused(errors)
  return matchedOf(tx, named ?? own)
}

/** The companies that answer: those of the calls and of who files; where there are none, all of them. */
function entitiesOf(actor: Actor, calls: readonly Matched[], { current }: RulesInUse): string[] {
  const named = new Set([...calls.map(({ entity }) => entity), ...actor.entities])
  return [...(named.size > 0 ? named : current.entities)]
}

const refused = (errors: readonly FieldError[]): Problem => new Problem('invalid_privacy_request', { errors })

import { eventOf } from '../access/act.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import { dayOf, laterDay } from '../kernel/calendar.ts'
import { endOfPurpose, lockItemsIn, UNDECIDED, updateItem } from './answer-queries.ts'
import { carryOut, type Execution, lockAgain, unlessForbidden } from './carry-out.ts'
import { deadlineOf } from './deadline.ts'
import type { RequestPorts } from './file-request.ts'
import { dateRefusals, dueToReopen } from './reopen-queries.ts'
import { DELIVERED, type RequestType } from './request-model.ts'
import { tellMember, tellOfficers } from './request-notices.ts'
import { type ItemRow, insertStep, lockRequestOf, type RequestRow, updateRequest } from './request-queries.ts'
import { settle } from './settle-request.ts'

/** What the member reads once the reason to refuse is over. */
const ANSWER = 'De reden om dit te weigeren is voorbij. Wij voeren uw verzoek nu uit; u hoeft niets te doen.'
/** These need a person, because what is to be done is not in the request. */
const BY_PEOPLE: readonly string[] = ['rectification', 'human_review']

/**
 * Carries out what was refused until a day that is over, without anybody asking: the member asked once, and that is
 * enough. What the law still forbids gets its new day, and what only people can answer is open for them again.
 * Safe to run twice.
 */
export function makeReopenRefusals(ports: RequestPorts) {
  return async function reopenRefusals(signal?: AbortSignal): Promise<void> {
    await tellNewDays(ports)
    const today = dayOf(ports.clock.now())
    for (const id of await dueToReopen(ports.db, today)) {
      if (signal?.aborted) return
      await ports.db.transaction().execute((tx) => reopen(tx, ports, id))
    }
  }
}

/** A day that was not known at the refusal, because an event was awaited. */
async function tellNewDays({ db, clock }: { readonly db: Database; readonly clock: RequestPorts['clock'] }) {
  const at = clock.now()
  await db.transaction().execute(async (tx) => {
    for (const { requestId, until } of await dateRefusals(tx)) {
      const row = await lockRequestOf(tx, requestId)
      if (row) await tellUntil(tx, row, until, at)
    }
  })
}

async function tellUntil(tx: Tx, row: RequestRow, until: string, at: Date): Promise<void> {
  await insertStep(tx, row.id, { type: 'refused_until', actor: null, at, detail: { until } })
  await tellMember(tx, row, { kind: 'request_refused_until', at, facts: { until }, cause: until })
}

async function reopen(tx: Tx, ports: RequestPorts, id: string): Promise<void> {
  const at = ports.clock.now()
  const row = await lockRequestOf(tx, id)
  if (!row) return
  const today = dayOf(at)
  const refused = await lockItemsIn(tx, id, ['refused'])
  const due = refused.filter(({ refused_until }) => refused_until !== null && refused_until < today)
  const execution = { tx, rules: ports.rules, actor: null, at }
  const results = new Map<Result, number>()
  for (const item of due) {
    const result = await again(execution, row, item)
    results.set(result, (results.get(result) ?? 0) + 1)
  }
  await settleReopened(tx, ports, row, { at, due, results })
}

type Result = 'done' | 'open' | 'later'

/** One refusal whose day is over. */
async function again(execution: Execution, row: RequestRow, item: ItemRow): Promise<Result> {
  const { tx, at } = execution
  const granted = { state: 'granted', answer: ANSWER, reason_code: null, refused_until: null } as const
  if (item.gone_at !== null) {
    await updateItem(tx, item, { ...granted, executed_at: at, result: 'already_gone' })
    return 'done'
  }
  if (row.identity !== 'confirmed' || BY_PEOPLE.includes(item.type)) return openAgain(tx, item)
  const [outcome] = await carryOut(execution, [item])
  const result = unlessForbidden(outcome)
  if (DELIVERED.includes(item.type as RequestType)) {
    await lockAgain(execution, item)
    await updateItem(tx, item, { ...granted, executed_at: null })
    return 'done'
  }
  if (result === undefined) return laterOrOpen(execution, row, item)
  await updateItem(tx, item, { ...granted, executed_at: at, result })
  return 'done'
}

async function openAgain(tx: Tx, item: ItemRow): Promise<Result> {
  await updateItem(tx, item, UNDECIDED)
  return 'open'
}

/** The law forbids it longer than was known at the refusal. */
async function laterOrOpen({ tx, at }: Execution, row: RequestRow, item: ItemRow): Promise<Result> {
  const until = await endOfPurpose(tx, item.recording_id ?? '', item.purpose ?? '')
  if (typeof until !== 'string' || until < dayOf(at)) return openAgain(tx, item)
  await updateItem(tx, item, { refused_until: until })
  await tellUntil(tx, row, until, at)
  return 'later'
}

async function settleReopened(
  tx: Tx,
  ports: RequestPorts,
  row: RequestRow,
  { at, due, results }: { at: Date; due: readonly ItemRow[]; results: ReadonlyMap<Result, number> },
): Promise<void> {
  const [done, open] = [results.get('done') ?? 0, results.get('open') ?? 0]
  if (done + open === 0) return
  const until = due.map(({ refused_until }) => refused_until ?? '').reduce(laterDay)
  const { dueDate: deadline } = deadlineOf(at, ports.options)
  const reopened = await updateRequest(tx, row.id, {
    ...{ closed_at: null, ended_at: null },
    ...(open > 0 ? { deadline } : {}),
  })
  await insertStep(tx, row.id, { type: 'reopened', actor: null, at, detail: { until, done, open } })
  await tellMember(tx, row, { kind: 'request_reopened', at, facts: { until }, cause: at.toISOString() })
  if (open > 0)
    await tellOfficers(tx, row, { kind: 'request_filed', at, facts: { deadline }, cause: deadline })
  const { entities } = row
  const act = { type: 'privacy_request.reopened', action: 'U', actor: null, at, entities } as const
  await appendAudit(tx, eventOf(act, { privacyRequest: row.id, done, open }))
  const settled = await settle(tx, reopened, { actor: null, at })
  // Also when it counted as fulfilled before, because of what was granted then.
  if (settled.row.state === 'fulfilled')
    await tellMember(tx, row, { kind: 'request_fulfilled', at, cause: at.toISOString() })
}

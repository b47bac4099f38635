import type { AuditActor } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { Problem, type ProblemCode } from '../kernel/problem.ts'
import { lockForRequest, reviewDayOf } from '../recordings/request-lock.ts'
import { noticeLocked, restrictLocked } from '../recordings/restrict.ts'
import { findRestriction } from '../recordings/restrict-queries.ts'
import { changeStates } from '../retention/change-states.ts'
import type { RulesInUse } from '../retention/events-redate.ts'
import { resumption, suspension } from '../retention/object-purpose.ts'
import type { Reason } from '../retention/purpose-decisions.ts'
import { lockSubject } from '../retention/purpose-queries.ts'
import { removal } from '../retention/remove-purpose.ts'
import { updateItem } from './answer-queries.ts'
import { DELIVERED, type RequestType } from './request-model.ts'
import type { ItemRow } from './request-queries.ts'

/** Where, by whom and when something is carried out; without an actor by the service, because a day has come. */
export interface Execution {
  readonly tx: Tx
  readonly rules: (now: Date) => RulesInUse
  readonly actor: AuditActor | null
  readonly at: Date
}

type About = Pick<ItemRow, 'type' | 'recording_id' | 'entity' | 'purpose' | 'legal_basis'>

/** Ends of a purpose by themselves: what was to be ended is over. */
const OVER: readonly ProblemCode[] = ['purpose_over', 'not_found']

/**
 * Does what answers of one type grant, and gives for each, in its place, the code of what was done; undefined when it
 * is done by delivering a package; the Problem when the law does not allow it: `statutory_minimum` or
 * `right_not_available`. Nothing is destroyed here: purposes end, and what nothing keeps any more goes the way of the
 * sweep, behind every hold.
 */
export async function carryOut(
  execution: Execution,
  items: readonly About[],
): Promise<(string | Problem | undefined)[]> {
  const ends = items.flatMap((item) => {
    const end = item.recording_id === null || item.purpose === null ? undefined : endOf(item)
    const address = { id: item.recording_id ?? '', purpose: item.purpose ?? '' }
    return end ? [{ item, end, change: removal(execution, { ...address, because: end.because }) }] : []
  })
  const { tx, actor, at } = execution
  const outcomes = await changeStates(
    tx,
    actor,
    ends.map(({ change }) => change),
    scopeOf(items),
    at,
  )
  const ended = new Map(ends.map(({ item, end }, i) => [item, resultOf(outcomes[i], end.result)]))
  const results: (string | Problem | undefined)[] = []
  for (const item of items)
    results.push(ended.has(item) ? ended.get(item) : await carryOutOther(execution, item))
  return results
}

const resultOf = (outcome: boolean | Problem | undefined, result: string): string | Problem => {
  if (!(outcome instanceof Problem)) return result
  return OVER.includes(outcome.code) ? 'already_ended' : outcome
}

/** Why a purpose ends that somebody does not want any more, and what that is called; undefined for other questions. */
function endOf({ type, legal_basis }: About): { because: Reason; result: string } | undefined {
  if (type === 'erasure') return { because: 'removed', result: 'erased' }
  if (type === 'objection') return { because: 'objection_upheld', result: 'objected' }
  if (type !== 'consent_withdrawal') return undefined
  return {
    because: legal_basis === 'consent' ? 'consent_withdrawn' : 'objection_upheld',
    result: 'withdrawn',
  }
}

async function carryOutOther(execution: Execution, item: About): Promise<string | undefined> {
  if (DELIVERED.includes(item.type as RequestType)) return undefined
  if (item.recording_id === null) return 'done'
  if (item.type === 'erasure') return 'already_ended'
  return item.type === 'restriction' ? restrict(execution, item) : 'done'
}

async function restrict({ tx, actor, at }: Execution, item: About): Promise<string> {
  const recording = await lockSubject(tx, item.recording_id ?? '', scopeOf([item]))
  if (!recording) return 'already_gone'
  if (await findRestriction(tx, recording.id)) return 'restricted'
  const placed = { ground: 'needed_for_claims', placedBy: actor?.sub ?? 'service' } as const
  await restrictLocked(tx, { recordingId: recording.id, actor, at, ...placed })
  return 'restricted'
}

const scopeOf = (items: readonly About[]) => ({
  memberRef: null,
  entities: [...new Set(items.flatMap(({ entity }) => entity ?? []))],
})

/** What is in force from the receipt on, while questions of one type are open (Art. 18(1)(a) and (d) GDPR). */
export async function holdBack(execution: Execution, items: readonly ItemRow[]): Promise<void> {
  const { tx, actor, at } = execution
  await changeObjections(execution, items, suspension)
  for (const item of items) {
    // Somebody restricted it on a ground of its own: that goes on whatever the answer is here.
    if (item.recording_id === null || (await findRestriction(tx, item.recording_id))) continue
    const ground = item.type === 'objection' ? 'objection_pending' : 'accuracy_contested'
    await restrictLocked(tx, {
      ...{ recordingId: item.recording_id, actor, at, ground, placedBy: actor?.sub ?? 'service' },
    })
    await updateItem(tx, item, { restricted_at: at })
  }
}

/** The end of that once there is an answer: the purpose goes on if it may, and the member knows that the restriction will end. */
export async function letGo(
  execution: Execution,
  items: readonly ItemRow[],
  isGranted: boolean,
): Promise<void> {
  const { tx, actor, at } = execution
  if (!isGranted) await changeObjections(execution, items, resumption)
  for (const { recording_id: recordingId, restricted_at } of items)
    if (recordingId !== null && restricted_at !== null) await noticeLocked(tx, { recordingId, actor, at })
}

/** A purpose that ended by itself needs no change. */
async function changeObjections(
  { tx, actor, at }: Execution,
  items: readonly ItemRow[],
  change: typeof suspension,
): Promise<void> {
  const changes = items.flatMap(({ type, recording_id: id, purpose }) =>
    type === 'objection' && id !== null ? [change({ id, purpose: purpose ?? '' })] : [],
  )
  for (const outcome of await changeStates(tx, actor, changes, scopeOf(items), at))
    if (outcome instanceof Problem && !OVER.includes(outcome.code)) throw outcome
}

/** What was refused before and is granted now is locked again until it is delivered. */
export async function lockAgain(
  { tx, actor, at }: Pick<Execution, 'tx' | 'actor' | 'at'>,
  { request_id, recording_id, type }: Pick<ItemRow, 'request_id' | 'recording_id' | 'type'>,
): Promise<void> {
  if (recording_id === null || !DELIVERED.includes(type as RequestType)) return
  const placed = { placedBy: actor?.sub ?? 'service', placedAt: at, reviewBy: reviewDayOf(at) }
  await lockForRequest(tx, actor, { recordingIds: [recording_id], requestRef: request_id, ...placed })
}

const FORBIDDEN: readonly ProblemCode[] = ['statutory_minimum', 'right_not_available']

/** What an execution gave; undefined when the law does not allow it, which nobody is there to hear as a Problem. */
export function unlessForbidden(outcome: string | Problem | undefined): string | undefined {
  if (!(outcome instanceof Problem)) return outcome
  if (FORBIDDEN.includes(outcome.code)) return undefined
  throw outcome
}

import type { AuditActor } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { Problem, type ProblemCode } from '../kernel/problem.ts'
import { lockForRequest, reviewDayOf } from '../recordings/request-lock.ts'
import { noticeLocked, restrictOthers } from '../recordings/restrict.ts'
import { changeStates } from '../retention/change-states.ts'
import type { RulesInUse } from '../retention/events-redate.ts'
import { resumption, suspension } from '../retention/object-purpose.ts'
import type { Reason } from '../retention/purpose-decisions.ts'
import { lockSubjects } from '../retention/purpose-queries.ts'
import { removal } from '../retention/remove-purpose.ts'
import { updateItems } from './answer-queries.ts'
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
  const restricted = await restrict(
    execution,
    items.filter(({ type }) => type === 'restriction'),
  )
  return items.map((item) => (ended.has(item) ? ended.get(item) : otherResult(item, restricted)))
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

/** What is done by nothing more than the answer. Pure. */
function otherResult(
  { type, recording_id }: About,
  restricted: ReadonlyMap<string, unknown>,
): string | undefined {
  if (DELIVERED.includes(type as RequestType)) return undefined
  if (recording_id === null) return 'done'
  if (type === 'erasure') return 'already_ended'
  if (type !== 'restriction') return 'done'
  return restricted.has(recording_id) ? 'restricted' : 'already_gone'
}

/** Restricts those that are still there, and gives them. */
async function restrict(
  { tx, actor, at }: Execution,
  items: readonly About[],
): Promise<ReadonlyMap<string, unknown>> {
  const ids = items.flatMap(({ recording_id }) => recording_id ?? [])
  if (ids.length === 0) return new Map()
  const found = await lockSubjects(tx, ids, scopeOf(items))
  const placed = { ground: 'needed_for_claims', placedBy: actor?.sub ?? 'service' } as const
  await restrictOthers(tx, { recordingIds: [...found.keys()], actor, at, ...placed })
  return found
}

const scopeOf = (items: readonly About[]) => ({
  memberRef: null,
  entities: [...new Set(items.flatMap(({ entity }) => entity ?? []))],
})

/** What is in force from the receipt on, while questions of one type are open (Art. 18(1)(a) and (d) GDPR). */
export async function holdBack(execution: Execution, items: readonly ItemRow[]): Promise<void> {
  const { tx, actor, at } = execution
  await changeObjections(execution, items, suspension)
  const [first] = items
  if (!first) return
  const ground = first.type === 'objection' ? 'objection_pending' : 'accuracy_contested'
  // One question about each recording says that the restriction is ours.
  const numbers = new Map(items.toReversed().map(({ recording_id, n }) => [recording_id, n]))
  const recordingIds = [...numbers.keys()].filter((id) => id !== null)
  const placed = { ground, placedBy: actor?.sub ?? 'service' } as const
  const restricted = await restrictOthers(tx, { recordingIds, actor, at, ...placed })
  const ours = restricted.flatMap((id) => numbers.get(id) ?? [])
  await updateItems(tx, first.request_id, first.type, ours, { restricted_at: at })
}

/** The end of that once there is an answer: the purpose goes on if it may, and the member knows that the restriction will end. */
export async function letGo(
  execution: Execution,
  items: readonly ItemRow[],
  isGranted: boolean,
): Promise<void> {
  const { tx, actor, at } = execution
  if (!isGranted) await changeObjections(execution, items, resumption)
  const recordingIds = items.flatMap(({ recording_id, restricted_at }) =>
    restricted_at === null ? [] : (recording_id ?? []),
  )
  if (recordingIds.length > 0) await noticeLocked(tx, { recordingIds, actor, at })
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

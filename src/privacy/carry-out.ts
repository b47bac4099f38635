import type { AuditActor } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { Problem, type ProblemCode } from '../kernel/problem.ts'
import { lockForRequest, reviewDayOf } from '../recordings/request-lock.ts'
import { noticeLocked, restrictLocked } from '../recordings/restrict.ts'
import { findRestriction } from '../recordings/restrict-queries.ts'
import type { RulesInUse } from '../retention/events-redate.ts'
import { resumption, suspension } from '../retention/object-purpose.ts'
import { type Change, changeLocked } from '../retention/purpose-change.ts'
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
 * Does what an answer grants, and gives the code of what was done; undefined when it is done by delivering a package.
 * Nothing is destroyed here: purposes end, and what nothing keeps any more goes the way of the sweep, behind every
 * hold. Throws Problem: `statutory_minimum` or `right_not_available` when the law does not allow it.
 */
export async function carryOut(execution: Execution, item: About): Promise<string | undefined> {
  const type = item.type as RequestType
  if (DELIVERED.includes(type)) return undefined
  if (item.recording_id === null) return 'done'
  switch (type) {
    case 'erasure':
      return item.purpose === null ? 'already_ended' : end(execution, item, 'removed', 'erased')
    case 'objection':
      return end(execution, item, 'objection_upheld', 'objected')
    case 'consent_withdrawal':
      return end(
        execution,
        item,
        item.legal_basis === 'consent' ? 'consent_withdrawn' : 'objection_upheld',
        'withdrawn',
      )
    case 'restriction':
      return restrict(execution, item)
    default:
      return 'done'
  }
}

async function end(execution: Execution, item: About, because: Reason, result: string): Promise<string> {
  try {
    const address = { id: item.recording_id ?? '', purpose: item.purpose ?? '' }
    await changePurposeOf(execution, item, removal(execution, { ...address, because }))
    return result
  } catch (error) {
    if (error instanceof Problem && OVER.includes(error.code)) return 'already_ended'
    throw error
  }
}

/** Throws Problem('not_found') when the recording is gone. */
async function changePurposeOf({ tx, actor, at }: Execution, item: About, change: Change): Promise<void> {
  const recording = await lockSubject(tx, item.recording_id ?? '', scopeOf(item))
  if (!recording) throw new Problem('not_found')
  await changeLocked(tx, actor, recording, change, at)
}

async function restrict({ tx, actor, at }: Execution, item: About): Promise<string> {
  const recording = await lockSubject(tx, item.recording_id ?? '', scopeOf(item))
  if (!recording) return 'already_gone'
  if (await findRestriction(tx, recording.id)) return 'restricted'
  const placed = { ground: 'needed_for_claims', placedBy: actor?.sub ?? 'service' } as const
  await restrictLocked(tx, { recordingId: recording.id, actor, at, ...placed })
  return 'restricted'
}

const scopeOf = ({ entity }: About) => ({ memberRef: null, entities: entity === null ? [] : [entity] })

/** What is in force from the receipt on, while a question is open (Art. 18(1)(a) and (d) GDPR). */
export async function holdBack(execution: Execution, item: ItemRow): Promise<void> {
  const { tx, actor, at } = execution
  if (item.recording_id === null) return
  if (item.type === 'objection') {
    const address = { id: item.recording_id, purpose: item.purpose ?? '' }
    await changePurposeOf(execution, item, suspension(address)).catch(ignoreOver)
  }
  // Somebody restricted it on a ground of its own: that goes on whatever the answer is here.
  if (await findRestriction(tx, item.recording_id)) return
  const ground = item.type === 'objection' ? 'objection_pending' : 'accuracy_contested'
  await restrictLocked(tx, {
    ...{ recordingId: item.recording_id, actor, at, ground, placedBy: actor?.sub ?? 'service' },
  })
  await updateItem(tx, item, { restricted_at: at })
}

/** The end of that once there is an answer: the purpose goes on if it may, and the member knows that the restriction will end. */
export async function letGo(execution: Execution, item: ItemRow, isGranted: boolean): Promise<void> {
  const { tx, actor, at } = execution
  if (item.recording_id === null) return
  if (item.type === 'objection' && !isGranted) {
    const address = { id: item.recording_id, purpose: item.purpose ?? '' }
    await changePurposeOf(execution, item, resumption(address)).catch(ignoreOver)
  }
  if (item.restricted_at !== null) await noticeLocked(tx, { recordingId: item.recording_id, actor, at })
}

/** A purpose that ended by itself needs neither. */
function ignoreOver(error: unknown): void {
  if (!(error instanceof Problem) || !OVER.includes(error.code)) throw error
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

/** What `run` gives; undefined when the law does not allow it, which nobody is there to hear as a Problem. */
export async function unlessForbidden<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Problem && FORBIDDEN.includes(error.code)) return undefined
    throw error
  }
}

import type { Scope } from '../access/policy.ts'
import type { AuditActor } from '../audit/append.ts'
import { appendAuditForEach } from '../audit/append-queries.ts'
import type { Tx } from '../db/database.ts'
import type { TagState } from '../db/schema.ts'
import { Problem } from '../kernel/problem.ts'
import { auditOf, type Change } from './purpose-change.ts'
import { lockSubjects, type PurposeSubject, setStates } from './purpose-queries.ts'
import { recomputeEnds } from './recompute.ts'

/** A change that makes one purpose something else, and follows from its recording alone. */
export interface StateChange extends Change {
  /** Pure: what it becomes; undefined when there is nothing to change. Throws the Problem that forbids it. */
  stateOf(recording: PurposeSubject, now: Date): TagState | undefined
}

export const stateChange = (change: Omit<StateChange, 'act'>): StateChange => ({
  ...change,
  async act(tx, recording, now) {
    const state = change.stateOf(recording, now)
    if (state === undefined) return false
    await setStates(tx, [{ id: recording.id, purpose: change.address.purpose, state }])
    return true
  },
})

/**
 * Makes many such changes in the caller's transaction, by a handful of statements whatever their number. Resolves
 * for each, in its place, to whether anything changed or to the Problem that forbids it: `not_found` for a
 * recording that is gone, or what `stateOf` throws.
 */
export async function changeStates(
  tx: Tx,
  actor: AuditActor | null,
  changes: readonly StateChange[],
  scope: Scope,
  now: Date,
): Promise<(boolean | Problem)[]> {
  if (changes.length === 0) return []
  const found = await lockSubjects(tx, [...new Set(changes.map(({ address }) => address.id))], scope)
  const judged = changes.map((change) => ({ change, state: judge(change, found, now) }))
  const news = judged.flatMap(({ change: { address }, state }) =>
    typeof state === 'string' ? [{ id: address.id, purpose: address.purpose, state }] : [],
  )
  await setStates(tx, news)
  await recomputeEnds(tx, [...new Set(news.map(({ id }) => id))], now)
  const changed = judged.flatMap(({ change, state }) => (typeof state === 'string' ? [change] : []))
  const alike = Map.groupBy(changed, ({ type, address: { purpose }, detail }) =>
    JSON.stringify([type, purpose, detail]),
  )
  for (const [first, ...others] of alike.values()) {
    if (!first) continue
    const { recordingId: _, ...event } = auditOf(actor, first, now)
    const ids = [first, ...others].map(({ address }) => address.id)
    await appendAuditForEach(tx, event, ids)
  }
  return judged.map(({ state }) => (state instanceof Problem ? state : state !== undefined))
}

function judge(
  change: StateChange,
  found: ReadonlyMap<string, PurposeSubject>,
  now: Date,
): TagState | Problem | undefined {
  const recording = found.get(change.address.id)
  if (!recording) return new Problem('not_found')
  try {
    return change.stateOf(recording, now)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

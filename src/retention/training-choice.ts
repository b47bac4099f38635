import type { Actor } from '../access/actor.ts'
import { appendAuditForEach } from '../audit/append-queries.ts'
import type { Tx } from '../db/database.ts'
import type { OnReceived } from '../recordings/model.ts'
import { TRAINING } from '../recordings/training-use.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { takeTurns } from './events-queries.ts'
import type { RulesInUse } from './events-redate.ts'
import { isRefusable, stateWhenRefused } from './purpose-decisions.ts'
import { recomputeEnds } from './recompute.ts'
import { isRefused, lockCallsOf, memberOf, purposesOf, setStateOfMany } from './training-choice-queries.ts'

export interface RefusalContext {
  readonly rules: RulesInUse
  readonly now: Date
  /** Null: the service itself, because of what the member had chosen before. */
  readonly actor: Actor | null
}

/** A choice of a member and the arrival of a call of theirs take turns, so that neither misses the other. */
const turnOf = (memberRef: string): string => `choice:${memberRef}`

/** Lets no call of the member arrive until the transaction ends. */
export const takeTurnAsChoice = (tx: Tx, memberRef: string): Promise<void> =>
  takeTurns(tx, [turnOf(memberRef)], 'event')

/** Ends training for all calls of a member; resolves to how many it ended for. The caller has the turn. */
export async function refuseTrainingOf(tx: Tx, memberRef: string, context: RefusalContext): Promise<number> {
  return (await refuse(tx, await lockCallsOf(tx, memberRef), context)).length
}

/**
 * Ends training for a recording that has just become one of a member who refuses that; resolves to whether it
 * did. The recording is locked, or not to be seen by anybody else yet.
 */
export async function honourTrainingChoice(tx: Tx, id: string, context: RefusalContext): Promise<boolean> {
  const memberRef = await memberOf(tx, id)
  if (memberRef === null) return false
  await takeTurns(tx, [turnOf(memberRef)], 'arrival')
  if (!(await isRefused(tx, memberRef, 'training'))) return false
  return (await refuse(tx, [id], context)).length > 0
}

/** Honours at receipt what a member chose before: a call that only training would keep is then not kept at all. */
export const makeHonourAtReceipt =
  (rules: (now: Date) => RulesInUse): OnReceived =>
  (tx, { id, now }) =>
    honourTrainingChoice(tx, id, { rules: rules(now), now, actor: null })

async function refuse(
  tx: Tx,
  ids: readonly string[],
  { rules, now, actor }: RefusalContext,
): Promise<readonly string[]> {
  const refused = (await purposesOf(tx, ids, TRAINING)).flatMap((tag) => {
    const rule = rules.find(tag.ruleId, tag.ruleVersion)
    return isRefusable(tag, rule, now) ? [{ id: tag.id, state: stateWhenRefused(tag, rule, now) }] : []
  })
  if (refused.length === 0) return []
  for (const state of ['objected', 'withdrawn'] as const)
    await setStateOfMany(
      tx,
      refused.filter((one) => one.state === state).map(({ id }) => id),
      TRAINING,
      state,
    )
  const changed = refused.map(({ id }) => id)
  await recomputeEnds(tx, changed, now)
  await appendAuditForEach(
    tx,
    {
      ...({ type: 'recording.purpose_objected', action: 'U', outcome: 'ok', at: now, actor } as const),
      purpose: TRAINING,
      requestId: currentRequestId() ?? null,
      detail: { by: 'preference' },
    },
    changed,
  )
  return changed
}

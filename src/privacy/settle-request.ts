import { appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { unlockForRequest } from '../recordings/request-lock.ts'
import type { RequestState } from './request-model.ts'
import { announceState, tellMember } from './request-notices.ts'
import {
  countsOf,
  doneWith,
  insertStep,
  NO_ITEMS,
  type RequestRow,
  updateRequest,
} from './request-queries.ts'
import { type ItemCounts, isOver, stateOf } from './request-state.ts'

export interface Settled {
  readonly row: RequestRow
  readonly counts: ItemCounts
}

interface Doing {
  readonly actor: { readonly sub: string; readonly roles: readonly string[] } | null
  readonly at: Date
}

/**
 * Draws the conclusions from where the questions of a request stand, after every change of it: its state, and the
 * locks of what it does not need any more. The request is locked. The only place where either changes.
 */
export async function settle(tx: Tx, row: RequestRow, { actor, at }: Doing): Promise<Settled> {
  const counts = (await countsOf(tx, [row.id])).get(row.id) ?? NO_ITEMS
  const isWithdrawn = row.state === 'withdrawn'
  const facts = {
    identity: row.identity,
    isTakenUp: row.taken_up_at !== null,
    isExtended: row.extended_at !== null,
    isWithdrawn,
    isClosed: row.closed_at !== null,
    items: counts,
  }
  const state: RequestState = stateOf(facts)
  const done = await doneWith(tx, row.id)
  if (done.length > 0) await unlockForRequest(tx, actor, row.id, done, at)
  const ended_at = isOver(facts) ? (row.ended_at ?? at) : null
  if (state === row.state && ended_at?.getTime() === row.ended_at?.getTime()) return { row, counts }
  const settled = await updateRequest(tx, row.id, { state, ended_at })
  // A withdrawal has set its state before it comes here.
  if (state !== row.state || isWithdrawn) await announceState(tx, row, state, at)
  if (state === 'fulfilled' && row.state !== state) await announce(tx, row, { actor, at })
  return { row: settled, counts }
}

async function announce(tx: Tx, row: RequestRow, { actor, at }: Doing): Promise<void> {
  await insertStep(tx, row.id, { type: 'fulfilled', actor: null, at })
  await tellMember(tx, row, { kind: 'request_fulfilled', at, cause: at.toISOString() })
  await appendAudit(tx, {
    ...({ type: 'privacy_request.fulfilled', action: 'U', outcome: 'ok' } as const),
    ...{ at, actor, entities: row.entities, detail: { privacyRequest: row.id } },
  })
}

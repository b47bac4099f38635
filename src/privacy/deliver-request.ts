import { eventOf } from '../access/act.ts'
import { appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { addPeriod, dayOf, laterDay } from '../kernel/calendar.ts'
import { Problem } from '../kernel/problem.ts'
import { lockItemsIn, markDelivered, UNDECIDED, updateItem, waitsForDelivery } from './answer-queries.ts'
import { carryOut, type Execution, unlessForbidden } from './carry-out.ts'
import { DELIVERED } from './request-model.ts'
import { insertStep, lockRequestOf, type RequestRow, updateRequest } from './request-queries.ts'
import { settle } from './settle-request.ts'

/** For so long after the delivery the member can fetch it before an erasure that was asked for with it goes on. */
const FETCH = 'P30D'

/**
 * The package was handed over, in the transaction of whoever did so: what was granted for it is carried out, its
 * recordings need no lock any more, and an erasure that waits for it may follow. Repeating it changes nothing.
 * Throws Problem: `not_found`, `not_open` for a request that nothing was granted of.
 */
export async function noteDelivered(tx: Tx, requestId: string, at: Date): Promise<void> {
  const row = await lockRequestOf(tx, requestId)
  if (!row) throw new Problem('not_found')
  const delivered = await markDelivered(tx, row.id, DELIVERED, at)
  if (delivered === 0 && row.delivered_at === null) throw new Problem('not_open')
  if (delivered === 0) return
  const latest = addPeriod(dayOf(at), FETCH)
  const erase_by = row.erase_by === null ? latest : laterDay(row.erase_by, dayOf(at))
  // A second package, of what was refused before, is fetched and confirmed like the first.
  const again = { delivered_at: at, download_confirmed_at: null, erase_by }
  const changed = await updateRequest(tx, row.id, again)
  await insertStep(tx, row.id, { type: 'delivered', actor: null, at })
  const { entities } = row
  const act = { type: 'privacy_request.delivered', action: 'U', actor: null, at, entities } as const
  await appendAudit(tx, eventOf(act, { privacyRequest: row.id }))
  await settle(tx, changed, { actor: null, at })
}

/**
 * Carries out the erasures of a request that waited for its delivery; what the law has come to forbid meanwhile is a
 * question again. Resolves to whether there were any.
 */
export async function eraseDelivered(execution: Execution, row: RequestRow): Promise<boolean> {
  const { tx, at, actor } = execution
  if (await waitsForDelivery(tx, row.id, DELIVERED, dayOf(at))) return false
  const granted = await lockItemsIn(tx, row.id, ['granted', 'partial'], ['erasure'])
  const waiting = granted.filter(({ executed_at }) => executed_at === null)
  const outcomes = await carryOut(execution, waiting)
  for (const [i, item] of waiting.entries()) {
    const result = unlessForbidden(outcomes[i])
    await updateItem(tx, item, result === undefined ? UNDECIDED : { executed_at: at, result })
  }
  if (waiting.length === 0) return false
  await insertStep(tx, row.id, { type: 'erased', actor: null, at, detail: { items: waiting.length } })
  const { entities } = row
  const act = { type: 'privacy_request.erased', action: 'U', actor, at, entities } as const
  await appendAudit(tx, eventOf(act, { privacyRequest: row.id, items: waiting.length }))
  return true
}

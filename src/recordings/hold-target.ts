import type { Tx } from '../db/database.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { lockTarget } from './hold-target-queries.ts'

/** A recording whose destruction came first. */
export interface Late {
  readonly status: 'destroying' | 'destroyed'
  readonly certificateNo: number | null
}

/** Why nothing could be kept: it is destroyed, being destroyed, or was never there for the actor. */
export function refusalOf(late: readonly Late[]): Problem {
  const destroyed = late.find(({ status }) => status === 'destroyed')
  if (destroyed) {
    const { certificateNo: no } = destroyed
    return new Problem('destroyed', no === null ? {} : { detail: `Its certificate has number ${no}.` })
  }
  return new Problem(late.length > 0 ? 'deletion_in_progress' : 'not_found')
}

/**
 * Locks a recording that is to be kept, and gives its id. Throws Problem: `not_found`, also for other
 * entities; `deletion_in_progress`; `destroyed`.
 */
export async function lockKept(tx: Tx, id: string, entities: readonly string[]): Promise<string> {
  const target = await lockTarget(tx, idToLookUp(id), entities)
  if (!target || target.status === 'receiving') throw refusalOf([])
  const { status, certificateNo } = target
  if (status === 'destroying' || status === 'destroyed') throw refusalOf([{ status, certificateNo }])
  return target.id
}

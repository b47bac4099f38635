import { type Act, eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { requireCoach } from './coach.ts'
import { type LockedItem, lockItem } from './item-queries.ts'
import { sampleOf } from './read-samples.ts'
import type { SampleRow } from './sample-queries.ts'

export interface ItemPorts {
  readonly db: Database
  readonly clock: Clock
}

export interface ItemAddress {
  readonly sampleId: string
  readonly n: number
}

/** What an act on an item has at hand. */
export interface ItemTurn {
  readonly tx: Tx
  readonly sample: SampleRow
  readonly item: LockedItem
  readonly at: Date
}

/**
 * Does something with an item of a coach's own sample, with the item locked and the act on record. What `run`
 * resolves to as `detail` goes into the audit: numbers and ids, never what was written. Throws Problem
 * `forbidden`, `not_found`, and `not_open` for a call that may not be used any more or was released.
 */
export async function actOnItem<T>(
  { db, clock }: ItemPorts,
  actor: Actor,
  { sampleId, n }: ItemAddress,
  kind: Pick<Act, 'type' | 'action'>,
  run: (turn: ItemTurn) => Promise<{ readonly result: T; readonly detail?: Record<string, unknown> }>,
): Promise<T> {
  const at = clock.now()
  const act: Act = { ...kind, actor, at }
  return withRefusalsOnRecord(db, act, async () => {
    requireCoach(actor, at)
    return db.transaction().execute(async (tx) => {
      const sample = await sampleOf(tx, actor, sampleId)
      const item = await lockItem(tx, sample.id, n, dayOf(at))
      if (!item) throw new Problem('not_found')
      if (item.isWithdrawn || item.obstacle !== null || item.isReleased) throw new Problem('not_open')
      const { result, detail } = await run({ tx, sample, item, at })
      const recordingId = item.recordingId ?? undefined
      await appendAudit(
        tx,
        eventOf(
          { ...act, entities: [sample.entity], ...(recordingId === undefined ? {} : { recordingId }) },
          { sample: sample.id, n, ...detail },
        ),
      )
      return result
    })
  })
}

/** Throws Problem('not_open') once the assignment is over: then nobody listens, and nothing new is written. */
export function requireRunning({ item, at }: ItemTurn): void {
  if (dayOf(at) > item.endsOn) throw new Problem('not_open')
}

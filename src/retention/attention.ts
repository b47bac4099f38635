import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Connection, Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { DAY } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import {
  type AttentionMoment,
  CONCERNS,
  type Concern,
  type ConcernName,
  findConcern,
} from './attention-queries.ts'
import { permit } from './permit.ts'

export type Attention = Readonly<Record<ConcernName, Concern>>

export interface AttentionPorts {
  readonly db: Database
  readonly clock: Clock
  /** Days between the end of use and the destruction. */
  readonly graceDays: number
}

/** A sweep may take its time; after a day somebody has to know. */
const PATIENCE = DAY

/**
 * Lists what nobody else ends: events that stay away, holds and locks past their review, restricted
 * recordings that would be due, what should have been destroyed, and what is damaged in the store. For the entities of the actor;
 * audited. Throws Problem: `forbidden`.
 */
export function makeListAttention({ db, clock, graceDays }: AttentionPorts) {
  return async function listAttention(actor: Actor): Promise<Attention> {
    const at = clock.now()
    await permit(db, actor, 'watch', at)
    const attention = await gather(db, momentOf(at, graceDays), actor.entities)
    const detail = countsOf(attention)
    await appendAudit(db, {
      type: 'retention.attention_listed',
      action: 'R',
      outcome: 'ok',
      at,
      actor,
      detail,
    })
    return attention
  }
}

export interface AlarmPorts extends AttentionPorts {
  readonly logger: Logger
  /** Hears of every concern, also that there is nothing left of it. */
  readonly report: (concern: ConcernName, count: number) => void
}

/** Makes the job that raises an alarm for each concern, over all entities. */
export function makeRaiseAlarms({ db, clock, graceDays, logger, report }: AlarmPorts) {
  return async function raiseAlarms(): Promise<void> {
    const attention = await gather(db, momentOf(clock.now(), graceDays), 'all')
    for (const name of CONCERNS) {
      const { count, items } = attention[name]
      report(name, count)
      if (count > 0)
        logger.error('somebody has to look at what nothing ends by itself', {
          alarm: name,
          count,
          since: items[0]?.since,
        })
    }
  }
}

export const momentOf = (now: Date, graceDays: number): AttentionMoment => ({
  today: dayOf(now),
  overdueBefore: new Date(now.getTime() - PATIENCE),
  quarantinedBefore: new Date(now.getTime() - graceDays * DAY - PATIENCE),
})

async function gather(
  connection: Connection,
  moment: AttentionMoment,
  entities: readonly string[] | 'all',
): Promise<Attention> {
  const found = await Promise.all(CONCERNS.map((name) => findConcern(connection, name, moment, entities)))
  return Object.fromEntries(CONCERNS.map((name, i) => [name, found[i]])) as Record<ConcernName, Concern>
}

const countsOf = (attention: Attention): Record<string, number> =>
  Object.fromEntries(CONCERNS.map((name) => [name, attention[name].count]))

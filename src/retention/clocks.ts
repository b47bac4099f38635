import type { Connection } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { MINUTE, SECOND } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import { lastSweepAt } from './clocks-queries.ts'

/** Furthest that two clocks may be apart, and that time may have gone back, in milliseconds. */
const TOLERANCE_MS = MINUTE

export interface ClockPorts {
  readonly clock: Clock
  /** The shared clock, read in the transaction that relies on it. */
  readonly databaseNow: (connection: Connection) => Promise<Date>
  /** The object store's own clock; undefined from a store that has none. */
  readonly storeNow?: (() => Promise<Date | undefined>) | undefined
  readonly logger: Logger
}

/** What the clocks say at one moment. */
export interface ClockReadings {
  readonly service: Date
  readonly database: Date
  readonly store?: Date | undefined
  /** When the last sweep began, by the clocks of then. */
  readonly lastSweep?: Date | undefined
}

export type ClockVerdict =
  | { readonly agree: true; readonly now: Date }
  | { readonly agree: false; readonly detail: string }

/**
 * Pure: the earlier of service and database, so that both are past whatever it is compared with, or
 * why no clock can be trusted: two are more than a minute apart, or it is earlier than it was before.
 * The store's clock, which tells whole seconds, only has to agree.
 */
export function judgeClocks({ service, database, store, lastSweep }: ClockReadings): ClockVerdict {
  const times = [service, database, store ?? database].map((clock) => clock.getTime())
  const now = Math.min(service.getTime(), database.getTime())
  const apart = Math.max(...times) - Math.min(...times)
  if (apart > TOLERANCE_MS)
    return { agree: false, detail: `The clocks are ${Math.round(apart / SECOND)} s apart.` }
  const back = (lastSweep?.getTime() ?? now) - now
  if (back > TOLERANCE_MS)
    return { agree: false, detail: `It is ${Math.round(back / SECOND)} s earlier than at the last sweep.` }
  return { agree: true, now: new Date(now) }
}

export interface AgreedNow {
  /** With the store's clock and the time of the last sweep; for the beginning of a run. */
  atStart(connection: Connection): Promise<Date>
  /** Service and database; for every step that relies on it. */
  inStep(connection: Connection): Promise<Date>
}

/**
 * Makes the only "now" by which anything is destroyed. A clock that jumped must not delete: throws
 * Problem `clock_disagreement`, with an alarm, unless the clocks agree.
 */
export function makeAgreedNow({ clock, databaseNow, storeNow, logger }: ClockPorts): AgreedNow {
  function agreed(readings: ClockReadings): Date {
    const verdict = judgeClocks(readings)
    if (verdict.agree) return verdict.now
    logger.error('the clocks cannot be trusted; nothing is destroyed', {
      alarm: 'clock_disagreement',
      ...readings,
    })
    throw new Problem('clock_disagreement', { detail: verdict.detail })
  }

  /** A store that does not answer cannot delete either; what needs only the database goes on. */
  async function readStore(): Promise<Date | undefined> {
    try {
      return await storeNow?.()
    } catch (error) {
      logger.warn('the clock of the store could not be read', { error })
      return undefined
    }
  }

  return {
    async atStart(connection) {
      const [store, lastSweep] = await Promise.all([readStore(), lastSweepAt(connection)])
      const database = await databaseNow(connection)
      return agreed({ service: clock.now(), database, store, lastSweep })
    },
    inStep: async (connection) => agreed({ database: await databaseNow(connection), service: clock.now() }),
  }
}

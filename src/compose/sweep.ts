import type { Config } from '../config/config.ts'
import { makePurge, type Purge } from '../recordings/purge.ts'
import { makeSweep, type Sweep } from '../retention/sweep.ts'
import { databaseNow } from '../retention/sweep-queries.ts'
import type { Foundation } from './foundation.ts'

export const composePurge = (foundation: Foundation): Purge => makePurge(foundation)

/** The sweep with the one deletion path behind it: the same for the service and the command line. */
export const composeSweep = (foundation: Foundation, config: Config): Sweep =>
  makeSweep({
    ...foundation,
    databaseNow,
    purge: composePurge(foundation),
    limit: config.sweep.limit,
    graceDays: config.sweep.graceDays,
  })

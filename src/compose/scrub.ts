import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { MIB, MINUTE } from '../kernel/units.ts'
import { makeCheckStored } from '../recordings/integrity-check.ts'
import { makeListDamage } from '../recordings/integrity-list.ts'
import { integrityEndpoints } from '../recordings/integrity-routes.ts'
import { makeScrub, makeScrubAll, type ScrubAll, type ScrubPorts } from '../recordings/scrub.ts'
import { makeScrubOne } from '../recordings/scrub-one.ts'
import { makeUnlock } from '../recordings/unlock.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Foundation } from './foundation.ts'

const EVERY_MS = MINUTE
/** What reading for the check may take from the store, and from those who listen. */
const BYTES_PER_SECOND = 8 * MIB

function scrubPorts(foundation: Foundation, config: Config, report: ScrubPorts['report']): ScrubPorts {
  const checkStored = makeCheckStored({ ...foundation, unlock: makeUnlock(foundation) })
  const { marginDays: lifecycleMarginDays } = config.lifecycle
  return {
    ...foundation,
    report,
    scrubOne: makeScrubOne({ ...foundation, checkStored, lifecycleMarginDays }),
  }
}

/** Reads what is stored again, all the year round; none when that is switched off. */
export function scrubJobs(foundation: Foundation, config: Config, metrics: Metrics): Job[] {
  const { days } = config.scrub
  if (days === 0) return []
  const report: ScrubPorts['report'] = (outcome) => metrics.scrubbed.inc({ outcome: outcome.kind })
  const scrub = makeScrub(scrubPorts(foundation, config, report), {
    days,
    everyMs: EVERY_MS,
    bytesPerSecond: BYTES_PER_SECOND,
  })
  return [{ name: 'scrub', everyMs: EVERY_MS, run: scrub }]
}

/** Reads everything again now. */
export const composeScrubAll = (
  foundation: Foundation,
  config: Config,
  report: ScrubPorts['report'],
): ScrubAll => makeScrubAll(scrubPorts(foundation, config, report))

/** What is damaged, for those who have to report it. */
export const composeIntegrity = ({ db, clock }: Pick<Foundation, 'db' | 'clock'>): Endpoint[] =>
  integrityEndpoints({ listDamage: makeListDamage({ db, clock }) })

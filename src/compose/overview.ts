import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { MINUTE } from '../kernel/units.ts'
import { makeOverview } from '../retention/overview.ts'
import { addUpMovements } from '../retention/overview-queries.ts'
import { overviewEndpoints } from '../retention/overview-routes.ts'
import type { Foundation } from './foundation.ts'

/** The numbers an officer sees first. */
export const composeOverview = ({ db, clock }: Foundation, graceDays: number): Endpoint[] =>
  overviewEndpoints(makeOverview({ db, clock, graceDays }))

/** Keeps reading the numbers cheap, however many recordings came and went. */
export const addUpJob = ({ db }: Pick<Foundation, 'db'>): Job => ({
  name: 'add-up-movements',
  everyMs: 5 * MINUTE,
  run: () => addUpMovements(db),
})

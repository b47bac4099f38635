import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { explain } from '../retention/explain.ts'
import { makeFindSweep } from '../retention/find-sweep.ts'
import { makeListDue } from '../retention/list-due.ts'
import { retentionEndpoints } from '../retention/routes.ts'
import type { RuleBooks } from '../retention/rule-books.ts'
import { makeRunSweep } from '../retention/run-sweep.ts'
import type { Sweep } from '../retention/sweep.ts'
import type { Foundation } from './foundation.ts'
import type { Recordings } from './recordings.ts'
import { composeRuleEndpoints } from './rules.ts'
import { composeSweep } from './sweep.ts'
import { composeTags } from './tags.ts'

export interface Retention {
  readonly endpoints: readonly Endpoint[]
  readonly sweep: Sweep
}

/** What is due, the sweep, and why a recording is kept. */
export function composeRetention(
  foundation: Foundation,
  config: Config,
  books: RuleBooks,
  { find }: Pick<Recordings, 'find'>,
): Retention {
  const { db, clock } = foundation
  const sweep = composeSweep(foundation, config, (now) => books.current(now))
  return {
    sweep,
    endpoints: [
      ...retentionEndpoints({
        listDue: makeListDue({ db, clock }),
        runSweep: makeRunSweep({ db, clock, sweep }),
        findSweep: makeFindSweep({ db, clock }),
        find,
        explain: (recording) => {
          const now = clock.now()
          return explain(recording, books.current(now), now, config.sweep.graceDays)
        },
      }),
      ...composeRuleEndpoints(foundation, books),
      ...composeTags(foundation, books),
    ],
  }
}

import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { makeListDue } from '../retention/list-due.ts'
import { retentionEndpoints } from '../retention/routes.ts'
import type { RuleBooks } from '../retention/rule-books.ts'
import type { Foundation } from './foundation.ts'
import type { Recordings } from './recordings.ts'
import { applyRulesJob, composeRuleEndpoints } from './rules.ts'
import { composeSweeping, type Sweeping } from './sweep.ts'
import { composeExplain, composeTags } from './tags.ts'

export interface Retention extends AsyncDisposable {
  readonly endpoints: readonly Endpoint[]
  readonly sweepRegularly: Sweeping['sweepRegularly']
  readonly jobs: readonly Job[]
}

/** What is due, the sweep, and why a recording is kept. */
export function composeRetention(
  foundation: Foundation,
  config: Config,
  books: RuleBooks,
  { find }: Pick<Recordings, 'find'>,
): Retention {
  const { db, clock } = foundation
  const sweeping = composeSweeping(foundation, config, (now) => books.current(now))
  return {
    sweepRegularly: sweeping.sweepRegularly,
    jobs: [applyRulesJob(foundation, books)],
    endpoints: [
      ...retentionEndpoints({
        listDue: makeListDue({ db, clock }),
        ...sweeping.useCases,
        find,
        explain: composeExplain(foundation, books, config.sweep.graceDays),
      }),
      ...composeRuleEndpoints(foundation, books),
      ...composeTags(foundation, books, config.sweep.graceDays),
      ...sweeping.endpoints,
    ],
    [Symbol.asyncDispose]: () => sweeping[Symbol.asyncDispose](),
  }
}

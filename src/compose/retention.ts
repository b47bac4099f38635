import { readFile } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { explain } from '../retention/explain.ts'
import { makeFindSweep } from '../retention/find-sweep.ts'
import { makeListDue } from '../retention/list-due.ts'
import { retentionEndpoints } from '../retention/routes.ts'
import { openRules, type RuleSet } from '../retention/rules.ts'
import { makeRunSweep } from '../retention/run-sweep.ts'
import type { Sweep } from '../retention/sweep.ts'
import type { Foundation } from './foundation.ts'
import type { Recordings } from './recordings.ts'
import { composeSweep } from './sweep.ts'

export interface Retention {
  readonly endpoints: readonly Endpoint[]
  readonly sweep: Sweep
}

const SHIPPED_RULES = new URL('../retention/hmbs.yaml', import.meta.url)

/** Rules that do not hold together end the start, with every problem named. */
export async function loadRules({ rulesFile }: Config): Promise<RuleSet> {
  return openRules(await readFile(rulesFile ?? SHIPPED_RULES, 'utf8'))
}

/** What is due, the sweep, and why a recording is kept. */
export function composeRetention(
  foundation: Foundation,
  config: Config,
  rules: RuleSet,
  { find }: Pick<Recordings, 'find'>,
): Retention {
  const { db, clock } = foundation
  const sweep = composeSweep(foundation, config)
  return {
    sweep,
    endpoints: retentionEndpoints({
      listDue: makeListDue({ db, clock }),
      runSweep: makeRunSweep({ db, clock, sweep }),
      findSweep: makeFindSweep({ db, clock }),
      find,
      explain: (recording) => explain(recording, rules, clock.now(), config.sweep.graceDays),
    }),
  }
}

import { readFile } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { DeriveRetention } from '../recordings/model.ts'
import { makeDeriveRetention } from '../retention/derive.ts'
import { explain } from '../retention/explain.ts'
import { makeFindSweep } from '../retention/find-sweep.ts'
import { makeListDue } from '../retention/list-due.ts'
import { type RetentionUseCases, retentionEndpoints } from '../retention/routes.ts'
import { openRules } from '../retention/rules.ts'
import { makeRunSweep } from '../retention/run-sweep.ts'
import type { Sweep } from '../retention/sweep.ts'
import type { Foundation } from './foundation.ts'
import { composeSweep } from './sweep.ts'

export interface Retention {
  /** The explanation shows a recording to whoever may see it, so it needs the way to find one. */
  endpoints(find: RetentionUseCases['find']): readonly Endpoint[]
  readonly deriveRetention: DeriveRetention
  readonly sweep: Sweep
}

const SHIPPED_RULES = new URL('../retention/hmbs.yaml', import.meta.url)

/** Rules, dates and the sweep. Rules that do not hold together end the start, with every problem named. */
export async function composeRetention(foundation: Foundation, config: Config): Promise<Retention> {
  const rules = openRules(await readFile(config.rulesFile ?? SHIPPED_RULES, 'utf8'))
  const sweep = composeSweep(foundation, config)
  return {
    endpoints: (find) =>
      retentionEndpoints({
        find,
        listDue: makeListDue(foundation),
        runSweep: makeRunSweep({ ...foundation, sweep }),
        findSweep: makeFindSweep(foundation),
        explain: (recording) => explain(recording, rules, foundation.clock.now(), config.sweep.graceDays),
      }),
    deriveRetention: makeDeriveRetention(rules),
    sweep,
  }
}

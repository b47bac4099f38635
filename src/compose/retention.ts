import { readFile } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { DeriveRetention } from '../recordings/model.ts'
import { makeDeriveRetention } from '../retention/derive.ts'
import { openRules } from '../retention/rules.ts'
import type { Sweep } from '../retention/sweep.ts'
import type { Foundation } from './foundation.ts'
import { composeSweep } from './sweep.ts'

export interface Retention {
  readonly endpoints: readonly Endpoint[]
  readonly deriveRetention: DeriveRetention
  readonly sweep: Sweep
}

const SHIPPED_RULES = new URL('../retention/hmbs.yaml', import.meta.url)

/** Rules, dates and the sweep. Rules that do not hold together end the start, with every problem named. */
export async function composeRetention(foundation: Foundation, config: Config): Promise<Retention> {
  const rules = openRules(await readFile(config.rulesFile ?? SHIPPED_RULES, 'utf8'))
  return {
    endpoints: [],
    deriveRetention: makeDeriveRetention(rules),
    sweep: composeSweep(foundation, config),
  }
}

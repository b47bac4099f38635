import { readFile } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { HOUR } from '../kernel/units.ts'
import { makeApplyRules } from '../retention/apply-rules.ts'
import { makeDecideRules } from '../retention/approve-rules.ts'
import { makeDraftRules } from '../retention/draft-rules.ts'
import { makePreview } from '../retention/preview.ts'
import { openRuleBooks, type RuleBooks } from '../retention/rule-books.ts'
import { makeListRules, makeReadRules } from '../retention/rule-reading.ts'
import { ruleEndpoints } from '../retention/rule-routes.ts'
import type { Foundation } from './foundation.ts'

const SHIPPED_RULES = new URL('../retention/hmbs.yaml', import.meta.url)

/** The rules in force and all before them. Rules that do not hold together end the start, with every problem named. */
export async function composeRules(foundation: Foundation, { rulesFile }: Config): Promise<RuleBooks> {
  return openRuleBooks(foundation, await readFile(rulesFile ?? SHIPPED_RULES, 'utf8'))
}

/** Reading and changing the rules. */
export function composeRuleEndpoints({ db, clock }: Foundation, books: RuleBooks): Endpoint[] {
  const ports = { db, clock, books }
  return ruleEndpoints({
    listRules: makeListRules(ports),
    readRules: makeReadRules(ports),
    draftRules: makeDraftRules(ports),
    decideRules: makeDecideRules(ports),
    preview: makePreview(ports),
  })
}

/** Brings existing recordings in step with rules that have taken effect. */
export function applyRulesJob({ db, clock }: Foundation, books: RuleBooks): Job {
  const applyRules = makeApplyRules({ db, clock, books })
  return { name: 'apply-rules', everyMs: HOUR, run: (signal) => applyRules(signal) }
}

import { readFile } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import { openRuleBooks, type RuleBooks } from '../retention/rule-books.ts'
import type { Foundation } from './foundation.ts'

const SHIPPED_RULES = new URL('../retention/hmbs.yaml', import.meta.url)

/** The rules in force and all before them. Rules that do not hold together end the start, with every problem named. */
export async function composeRules(foundation: Foundation, { rulesFile }: Config): Promise<RuleBooks> {
  return openRuleBooks(foundation, await readFile(rulesFile ?? SHIPPED_RULES, 'utf8'))
}

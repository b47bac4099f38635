import type { Endpoint } from '../http/endpoint.ts'
import { makeFindPreferences, makeSetPreferences } from '../privacy/preferences.ts'
import { preferencesEndpoints } from '../privacy/preferences-routes.ts'
import type { RuleBooks } from '../retention/rule-books.ts'
import type { Foundation } from './foundation.ts'
import { rulesInUse } from './tags.ts'

/** What members choose for all their calls. */
export function composePreferences(
  { db, clock }: Pick<Foundation, 'db' | 'clock'>,
  books: Pick<RuleBooks, 'current' | 'find'>,
): Endpoint[] {
  const ports = { db, clock, rules: rulesInUse(books) }
  return preferencesEndpoints({
    findPreferences: makeFindPreferences(ports),
    setPreferences: makeSetPreferences(ports),
  })
}

import { useDeferredValue, useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { CallSummary } from '../api/contract.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { fits, textOf, wordsOf } from './search.ts'

export interface Search {
  readonly query: string
  readonly setQuery: (query: string) => void
  /** Whether anything is looked for. */
  readonly isActive: boolean
  readonly found: readonly CallSummary[]
}

/**
 * Looks for words in what the rows of these calls say. Typing comes first: thousands of rows follow when there
 * is time for them.
 */
export function useSearch(calls: readonly CallSummary[]): Search {
  const [address] = useSearchParams()
  const [query, setQuery] = useState(address.get('zoek') ?? '')
  const deferred = useDeferredValue(query)
  const language = useLanguage()
  const name = useNames()
  const wanted = useMemo(() => wordsOf(deferred), [deferred])
  // `name` is a new function at every render and says the same for the same language.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const found = useMemo(
    () => (wanted.length === 0 ? calls : calls.filter((call) => fits(textOf(call, name, language), wanted))),
    [calls, wanted, language],
  )
  return { query, setQuery, isActive: wanted.length > 0, found }
}

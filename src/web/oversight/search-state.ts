import { createContext, useContext } from 'react'
import type { Declared } from './contract.ts'

export const REFERENCES = [
  'memberRef',
  'callId',
  'recordingId',
  'agentRef',
  'policy',
  'claim',
  'complaint',
] as const

export type ReferenceKind = (typeof REFERENCES)[number]

/** What is looked for. It lives in memory only: a reference to somebody belongs in no address and no history. */
export interface Search {
  readonly declared: Declared
  readonly kind: ReferenceKind
  readonly reference: string
  readonly status: string
  readonly purpose: string
  readonly from: string
  readonly to: string
  /** Whether it was asked for, and not only filled in. */
  readonly isAsked: boolean
}

export const NO_SEARCH: Search = {
  ...{ declared: { reason: '', caseRef: '' }, kind: 'memberRef', reference: '' },
  ...{ status: '', purpose: '', from: '', to: '', isAsked: false },
}

interface SearchState {
  readonly search: Search
  readonly setSearch: (search: Search) => void
}

const Context = createContext<SearchState>({ search: NO_SEARCH, setSearch: () => undefined })

export const SearchProvider = Context.Provider

export const useSearchState = (): SearchState => useContext(Context)

/** The search as the API takes it. */
export function searchBody({ declared, kind, reference, status, purpose, from, to }: Search) {
  const given = { ...declared, [kind]: reference.trim(), status, purpose, from, to }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
}

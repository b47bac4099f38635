import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useWords } from '../i18n/words.ts'
import { ProblemNote } from './problem-note.tsx'
import { words } from './words.ts'

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>
  readonly children: (data: T) => ReactNode
}

/** A part of a page whose data are on their way, have failed to come, or are there. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const w = useWords(words)
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />
  return (
    <p className="loading" role="status">
      {w.loading}
    </p>
  )
}

import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { useWords } from '../i18n/words.ts'
import { ProblemNote } from './problem-note.tsx'
import { words } from './words.ts'

/** The way to the next page of a list. */
export function MoreRows({ list }: { readonly list: UseInfiniteQueryResult<unknown> }) {
  const w = useWords(words)
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, error, fetchNextPage } = list
  return (
    <>
      {isFetchNextPageError && <ProblemNote error={error} />}
      {hasNextPage && (
        <p className="acts">
          <button
            className="button"
            type="button"
            aria-disabled={isFetchingNextPage}
            onClick={() => !isFetchingNextPage && void fetchNextPage()}
          >
            {isFetchingNextPage ? w.loading : w.more}
          </button>
        </p>
      )}
    </>
  )
}

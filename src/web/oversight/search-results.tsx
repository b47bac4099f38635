import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { csrfToken } from '../api/queries.ts'
import { request } from '../api/request.ts'
import { useWords } from '../i18n/words.ts'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import type { RecordingPage } from './contract.ts'
import { RecordingTable } from './recording-table.tsx'
import { words } from './recordings-words.ts'
import { type Search, searchBody } from './search-state.ts'

/** In a body, not in an address: what is looked for may be somebody's number. */
function useSearch(search: Search) {
  const client = useQueryClient()
  const body = searchBody(search)
  return useInfiniteQuery({
    queryKey: ['recording-search', body],
    queryFn: ({ pageParam, signal }) =>
      request<RecordingPage>('/v1/recording-searches', {
        method: 'POST',
        body: pageParam === '' ? body : { ...body, cursor: pageParam },
        csrfToken: csrfToken(client),
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    // Each look is put on record: one that nobody asked for must not be.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
}

export function SearchResults({ search }: { readonly search: Search }) {
  const w = useWords(words)
  const found = useSearch(search)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (found.dataUpdatedAt > 0) heading.current?.focus()
  }, [found.dataUpdatedAt])
  return (
    <section className="section">
      <h2 ref={heading} tabIndex={-1} className="news">
        {w.results}
      </h2>
      <Loaded query={found}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items)
          return (
            <>
              <p role="status">{items.length > 0 && w.shown(items.length)}</p>
              <RecordingTable
                caption={w.results}
                recordings={items}
                empty={w.none}
                declared={search.declared}
                withMember
              />
              <MoreRows list={found} />
            </>
          )
        }}
      </Loaded>
    </section>
  )
}

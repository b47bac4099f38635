import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { csrfToken } from './queries.ts'
import { type RequestOptions, request } from './request.ts'

interface GetOptions {
  /** Asks again after so many milliseconds, for as long as the page shows it; absent: never by itself. */
  readonly refreshMs?: number | false
}

/** What the API has under a path; nothing is asked while the path is null. */
export function useGet<T>(path: string | null, { refreshMs = false }: GetOptions = {}) {
  const client = useQueryClient()
  const queryKey = ['get', path]
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => {
      const isRepeated = refreshMs !== false && client.getQueryData(queryKey) !== undefined
      return request<T>(path ?? '', { signal, unattended: isRepeated })
    },
    enabled: path !== null,
    refetchInterval: refreshMs,
  })
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

/** A list under a path that has a query already, a page at a time; each look may be on record, so none is repeated. */
export function usePages<T>(path: string) {
  return useInfiniteQuery({
    queryKey: ['pages', path],
    queryFn: ({ pageParam, signal }) =>
      request<Page<T>>(pageParam === '' ? path : `${path}&cursor=${encodeURIComponent(pageParam)}`, {
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    refetchOnWindowFocus: false,
  })
}

/** Queries of this kind ask for what is under a path. */
const isOfPath = (kind: unknown): boolean => kind === 'get' || kind === 'pages'

export interface Sending<B> {
  readonly path: string
  readonly body?: B
  readonly method?: RequestOptions['method']
}

/**
 * Changes something through the API and then asks anew for everything that is on screen below these paths:
 * what a change touches is for the service to know, not for the page to guess.
 */
export function useSend<T, B = unknown>(refreshed: readonly string[]) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ path, body, method = 'POST' }: Sending<B>) =>
      request<T>(path, { method, body: body ?? {}, csrfToken: csrfToken(client) }),
    networkMode: 'always',
    onSuccess: () =>
      client.invalidateQueries({
        predicate: ({ queryKey: [kind, path] }) =>
          isOfPath(kind) && typeof path === 'string' && refreshed.some((start) => path.startsWith(start)),
      }),
  })
}

import {
  infiniteQueryOptions,
  QueryCache,
  QueryClient,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { Call, CallFilter, CallPage, CallSummary, LoggedOut, Me, Playback } from './contract.ts'
import { ApiProblem, request } from './request.ts'

export const PAGE_SIZE = 50

const meOptions = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request<Me>('/v1/me', { signal }),
  staleTime: 60_000,
})

/** The client all pages share; `onSignedOut` runs when a session that worked has ended. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isSignedOut(error) && client.getQueryData(meOptions.queryKey)) onSignedOut()
      },
    }),
    defaultOptions: {
      // `always`: without a network the page says so instead of waiting silently.
      queries: { retry: worthRetrying, staleTime: 30_000, networkMode: 'always' },
    },
  })
  return client
}

export const isSignedOut = (error: unknown): boolean => error instanceof ApiProblem && error.status === 401

const worthRetrying = (failures: number, error: unknown): boolean =>
  failures < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 500)

export const useMe = (enabled = true) => useQuery({ ...meOptions, enabled })

export const useCalls = (filter: CallFilter) =>
  useInfiniteQuery(
    infiniteQueryOptions({
      queryKey: ['calls', filter],
      queryFn: ({ pageParam, signal }) =>
        request<CallPage>(`/v1/recordings?${pageQuery(filter, pageParam)}`, { signal }),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor,
    }),
  )

function pageQuery(filter: CallFilter, cursor: string): URLSearchParams {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) })
  for (const [name, value] of Object.entries({ ...filter, cursor })) if (value) query.set(name, value)
  return query
}

export const useCall = (id: string) => {
  const client = useQueryClient()
  return useQuery({
    queryKey: ['call', id],
    queryFn: ({ signal }) => request<Call>(`/v1/recordings/${encodeURIComponent(id)}`, { signal }),
    placeholderData: () => fromLists(client, id),
  })
}

/** What the list already told of a call: its page is there at once and its sound plays on. */
function fromLists(client: QueryClient, id: string): Call | undefined {
  const lists = client.getQueriesData<{ pages: CallPage[] }>({ queryKey: ['calls'] })
  const summaries: CallSummary[] = lists.flatMap(
    ([, list]) => list?.pages.flatMap((page) => page.items) ?? [],
  )
  const summary = summaries.find((call) => call.id === id)
  return summary && { ...summary, audio: null, allowed: ['listen'] }
}

export const copyUrl = (id: string): string => `/v1/recordings/${encodeURIComponent(id)}/copy`

/** Opens a listening session; this is the act that the service puts on record. */
export const openPlayback = (client: QueryClient, id: string, signal: AbortSignal): Promise<Playback> =>
  request<Playback>(`/v1/recordings/${encodeURIComponent(id)}/playbacks`, {
    method: 'POST',
    body: {},
    csrfToken: csrfToken(client),
    signal,
  })

export const logOut = (client: QueryClient): Promise<LoggedOut> =>
  request<LoggedOut>('/logout', { method: 'POST', body: {}, csrfToken: csrfToken(client) })

export const csrfToken = (client: QueryClient): string =>
  client.getQueryData(meOptions.queryKey)?.csrfToken ?? ''

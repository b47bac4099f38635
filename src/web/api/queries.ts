import {
  infiniteQueryOptions,
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { WantedSound } from '../player/player.ts'
import type {
  Call,
  CallFilter,
  CallPage,
  CallSummary,
  LoggedOut,
  Me,
  Playback,
  Preferences,
  Waveform,
} from './contract.ts'
import { ApiProblem, request } from './request.ts'

/** As many as a large screen shows at first, and then as many as the API gives at once. */
const FIRST_PAGE = 25
const NEXT_PAGES = 100

const meOptions = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request<Me>('/v1/me', { signal }),
  staleTime: 60_000,
})

interface SessionEvents {
  /** A session that worked has ended. */
  readonly onSignedOut: () => void
  /** What somebody wanted to do needs a new login first. */
  readonly onStepUpRequired: () => void
}

/** The client all pages share. */
export function createQueryClient({ onSignedOut, onStepUpRequired }: SessionEvents): QueryClient {
  const noticeEnd = (error: unknown) => {
    if (isSignedOut(error) && client.getQueryData(meOptions.queryKey)) onSignedOut()
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: noticeEnd }),
    mutationCache: new MutationCache({
      onError: (error) => {
        noticeEnd(error)
        if (error instanceof ApiProblem && error.code === 'step_up_required') onStepUpRequired()
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

/** Asks anew who is logged in and until when; only `attended` makes that longer. */
export const lookAtSession = async (client: QueryClient, how: 'attended' | 'unattended'): Promise<void> => {
  await client.fetchQuery({
    ...meOptions,
    queryFn: ({ signal }) => request<Me>('/v1/me', { signal, unattended: how === 'unattended' }),
    staleTime: 0,
  })
}

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
  const query = new URLSearchParams({ limit: String(cursor ? NEXT_PAGES : FIRST_PAGE) })
  for (const [name, value] of Object.entries({ ...filter, cursor })) if (value) query.set(name, value)
  return query
}

export const useCall = (id: string) => {
  const client = useQueryClient()
  return useQuery({
    queryKey: ['call', id],
    queryFn: ({ signal }) => request<Call>(`/v1/recordings/${encodeURIComponent(id)}`, { signal }),
    placeholderData: () => fromLists(client, id),
    refetchInterval: ({ state }) =>
      state.data?.status === 'processing' ? nextLookMs(state.dataUpdateCount) : false,
  })
}

const FIRST_LOOK_MS = 5000
const LOOKS = 6

/** A call is usually ready within seconds; every look is put on record, so each waits longer than the one before. */
const nextLookMs = (looks: number): number | false =>
  looks > LOOKS ? false : FIRST_LOOK_MS * 2 ** (looks - 1)

/** What the list already told of a call: its page is there at once and its sound plays on. */
function fromLists(client: QueryClient, id: string): Call | undefined {
  const lists = client.getQueriesData<{ pages: CallPage[] }>({ queryKey: ['calls'] })
  const summaries: CallSummary[] = lists.flatMap(
    ([, list]) => list?.pages.flatMap((page) => page.items) ?? [],
  )
  const summary = summaries.find((call) => call.id === id)
  return summary && { ...summary, audio: null, channels: null, allowed: ['listen'] }
}

export const copyUrl = (id: string): string => `/v1/recordings/${encodeURIComponent(id)}/copy`

/** Points of the picture of a call: more than the widest screen that is likely shows. */
const WAVEFORM_PIXELS = 1000

/**
 * The picture of a call, asked for once, at whichever address is known: of the listening session that is open,
 * or of the recording. A call without one is shown without.
 */
export const useWaveform = (id: string, url: string | null) =>
  useQuery({
    queryKey: ['waveform', id],
    queryFn: ({ signal }) => request<Waveform>(`${url}?pixels=${WAVEFORM_PIXELS}`, { signal }),
    enabled: url !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const waveformUrl = (id: string): string => `/v1/recordings/${encodeURIComponent(id)}/waveform`

/** Opens a listening session; this is the act that the service puts on record. */
export const openPlayback = (
  client: QueryClient,
  { id, channel, intent }: WantedSound,
  signal: AbortSignal,
): Promise<Playback> =>
  request<Playback>(`/v1/recordings/${encodeURIComponent(id)}/playbacks`, {
    method: 'POST',
    body: { ...intent, ...(channel === null ? {} : { channel }) },
    csrfToken: csrfToken(client),
    signal,
  })

/** Objects to a purpose of a call; what the page shows of it and of the list is then what the service says now. */
export function useObjection(id: string) {
  const client = useQueryClient()
  const path = `/v1/recordings/${encodeURIComponent(id)}`
  return useMutation({
    mutationFn: (purpose: string) =>
      request<Call>(`${path}/purposes/${encodeURIComponent(purpose)}/objection`, {
        method: 'POST',
        body: {},
        csrfToken: csrfToken(client),
      }),
    networkMode: 'always',
    onSuccess: async (call) => {
      client.setQueryData(['call', id], call)
      await Promise.all([
        client.invalidateQueries({ queryKey: ['calls'] }),
        client.invalidateQueries({ queryKey: ['get', `${path}/retention`] }),
        client.invalidateQueries({ queryKey: ['get', '/v1/preferences'] }),
      ])
    },
  })
}

/** Changes what the member chose for all calls; lists and pages of calls are asked for anew, as they may say more. */
export function useSetPreferences() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Pick<Preferences, 'training' | 'statistics'>) =>
      request<Preferences>('/v1/preferences', { method: 'PUT', body, csrfToken: csrfToken(client) }),
    networkMode: 'always',
    onSuccess: async (preferences) => {
      client.setQueryData(['get', '/v1/preferences'], preferences)
      await Promise.all([
        client.invalidateQueries({ queryKey: ['calls'] }),
        client.invalidateQueries({ queryKey: ['call'] }),
      ])
    },
  })
}

/** Whoever was logged out already, by time or in another tab, has what they wanted. */
export async function logOut(client: QueryClient): Promise<LoggedOut> {
  try {
    return await request<LoggedOut>('/logout', { method: 'POST', body: {}, csrfToken: csrfToken(client) })
  } catch (error) {
    if (isSignedOut(error)) return { logoutUrl: null }
    throw error
  }
}

export const csrfToken = (client: QueryClient): string =>
  client.getQueryData(meOptions.queryKey)?.csrfToken ?? ''

import { type CSSProperties, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import type { CallPage, CallSummary } from '../api/contract.ts'
import { useCalls } from '../api/queries.ts'
import { monthName } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { KeyboardHelp } from '../player/keyboard-help.tsx'
import { Failure } from '../shell/failure.tsx'
import { Loading } from '../shell/loading.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { byMonth, type Month } from './by-month.ts'
import { CallFilters } from './call-filters.tsx'
import { CallRow } from './call-row.tsx'
import { Found, More, MoreRoom } from './more-calls.tsx'
import { NoCalls, NoMatch } from './no-calls.tsx'
import { filterOf } from './period.ts'
import { useSearch } from './use-search.ts'

/** The member's own calls, newest first, by month. */
export function CallsPage() {
  const { t } = useTranslation()
  const [address] = useSearchParams()
  const [openedAt] = useState(Date.now)
  const { period, ...filter } = filterOf(address, openedAt)
  const calls = useCalls(filter)
  const items = useMemo(() => itemsOf(calls.data), [calls.data])
  const search = useSearch(items)
  if (calls.isError && !calls.data)
    return <Failure error={calls.error} onRetry={() => void calls.refetch()} />
  const chosen = Boolean(period || filter.product)
  const nothingAtAll = calls.isSuccess && items.length === 0 && !chosen
  return (
    <>
      <PageHeading title={t('calls.title')}>{t('calls.heading')}</PageHeading>
      {nothingAtAll ? (
        <NoCalls />
      ) : (
        <>
          <p className="lead">{t('calls.lead')}</p>
          <CallFilters
            period={period}
            product={filter.product}
            query={search.query}
            onQuery={search.setQuery}
          />
          {calls.status === 'pending' && <Loading />}
          {calls.isSuccess && items.length === 0 && <NoMatch />}
          <Months calls={calls} search={search} shown={items.length} />
        </>
      )}
    </>
  )
}

/** Rows drawn at a time: thousands at once would stop a phone for seconds. */
const ROWS = 100

interface MonthsProps {
  readonly calls: ReturnType<typeof useCalls>
  readonly search: ReturnType<typeof useSearch>
  readonly shown: number
}

function Months({ calls, search: { found, isActive, setQuery }, shown }: MonthsProps) {
  const [room, setRoom] = useState(ROWS)
  const months = useMemo(() => byMonth(found.slice(0, room)), [found, room])
  if (shown === 0) return null
  return (
    <>
      {isActive && <Found calls={calls} found={found.length} onClear={() => setQuery('')} />}
      {months.map((month) => (
        <CallsOfMonth key={month.month} month={month} />
      ))}
      {found.length > room ? (
        <MoreRoom onMore={() => setRoom(room + ROWS)} />
      ) : (
        !isActive && <More calls={calls} shown={shown} onMore={() => setRoom(room + ROWS)} />
      )}
      <KeyboardHelp />
    </>
  )
}

const itemsOf = (list: { readonly pages: readonly CallPage[] } | undefined): CallSummary[] =>
  list?.pages.flatMap((page) => page.items) ?? []

function CallsOfMonth({ month: { month, calls } }: { readonly month: Month }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const heading = `month-${month}`
  return (
    <section className="month" aria-labelledby={heading} style={{ '--calls': calls.length } as CSSProperties}>
      <h2 id={heading}>
        <span className="month__name">{monthName(month, language)}</span>{' '}
        <span className="month__count">{t('calls.month', { count: calls.length })}</span>
      </h2>
      <ul className="calls">
        {calls.map((call) => (
          <CallRow key={call.id} call={call} />
        ))}
      </ul>
    </section>
  )
}

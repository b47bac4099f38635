import { useState } from 'react'
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
import { NoCalls, NoMatch } from './no-calls.tsx'
import { filterOf } from './period.ts'

/** The member's own calls, newest first, by month. */
export function CallsPage() {
  const { t } = useTranslation()
  const [address] = useSearchParams()
  const [openedAt] = useState(Date.now)
  const { period, ...filter } = filterOf(address, openedAt)
  const calls = useCalls(filter)
  if (calls.isError && !calls.data)
    return <Failure error={calls.error} onRetry={() => void calls.refetch()} />
  const items = itemsOf(calls.data)
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
          <CallFilters period={period} product={filter.product} />
          {calls.status === 'pending' && <Loading />}
          {calls.isSuccess && items.length === 0 && <NoMatch />}
          {byMonth(items).map((month) => (
            <CallsOfMonth key={month.month} month={month} />
          ))}
          {items.length > 0 && <More calls={calls} shown={items.length} />}
          {items.length > 0 && <KeyboardHelp />}
        </>
      )}
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
    <section className="month" aria-labelledby={heading}>
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

function More({ calls, shown }: { readonly calls: ReturnType<typeof useCalls>; readonly shown: number }) {
  const { t } = useTranslation()
  return (
    <div className="more">
      <p className="unseen" role="status">
        {t('calls.shown', { count: shown })}
      </p>
      {calls.isFetchNextPageError && <p role="alert">{t('calls.moreFailed')}</p>}
      {calls.hasNextPage && (
        <button
          type="button"
          className="button"
          aria-disabled={calls.isFetchingNextPage}
          onClick={() => !calls.isFetchingNextPage && void calls.fetchNextPage()}
        >
          {calls.isFetchingNextPage ? t('calls.loadingMore') : t('calls.more')}
        </button>
      )}
    </div>
  )
}

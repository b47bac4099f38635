import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { useCalls } from '../api/queries.ts'
import { useWords } from '../i18n/words.ts'
import { words } from './words.ts'

type Calls = ReturnType<typeof useCalls>

interface MoreProps {
  readonly calls: Calls
  readonly shown: number
  /** Makes room for what comes. */
  readonly onMore: () => void
}

/** The way to older calls, a page at a time. */
export function More({ calls, shown, onMore }: MoreProps) {
  const { t } = useTranslation()
  const load = () => {
    if (calls.isFetchingNextPage) return
    onMore()
    void calls.fetchNextPage()
  }
  return (
    <div className="more">
      <p className="unseen" role="status">
        {t('calls.shown', { count: shown })}
      </p>
      {calls.isFetchNextPageError && <p role="alert">{t('calls.moreFailed')}</p>}
      {calls.hasNextPage && (
        <button type="button" className="button" aria-disabled={calls.isFetchingNextPage} onClick={load}>
          {calls.isFetchingNextPage ? t('calls.loadingMore') : t('calls.more')}
        </button>
      )}
    </div>
  )
}

/** The way to calls that are loaded and not drawn yet. */
export function MoreRoom({ onMore }: { readonly onMore: () => void }) {
  const { t } = useTranslation()
  return (
    <p className="more">
      <button type="button" className="button" onClick={onMore}>
        {t('calls.more')}
      </button>
    </p>
  )
}

interface FoundProps {
  readonly calls: Calls
  readonly found: number
  readonly onClear: () => void
}

/** How many calls fit the words, and the way to look in all the calls that are not loaded yet. */
export function Found({ calls, found, onClear }: FoundProps) {
  const { search: w } = useWords(words)
  const [isThorough, setThorough] = useState(false)
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = calls
  const isLoading = isThorough && hasNextPage && !isFetchNextPageError
  useEffect(() => {
    if (isLoading && !isFetchingNextPage) void fetchNextPage()
  }, [isLoading, isFetchingNextPage, fetchNextPage])
  return (
    <div className="found">
      <p role="status">{isLoading ? w.busy : found === 0 ? w.none : w.found(found)}</p>
      <p className="acts">
        {hasNextPage && !isLoading && (
          <button
            type="button"
            className="button"
            onClick={() => {
              setThorough(true)
              void fetchNextPage()
            }}
          >
            {w.olderToo}
          </button>
        )}
        <button type="button" className="button button--quiet" onClick={onClear}>
          {w.clear}
        </button>
      </p>
    </div>
  )
}

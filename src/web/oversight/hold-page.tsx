import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { ApiProblem } from '../api/request.ts'
import { useGet } from '../api/use-api.ts'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { Failure } from '../shell/failure.tsx'
import { Loading } from '../shell/loading.tsx'
import { NotFound } from '../shell/not-found.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { News, useNews } from '../ui/news.tsx'
import type { HoldDetail } from './contract.ts'
import { type HoldAct, HoldDialog } from './hold-dialogs.tsx'
import { HoldState } from './holds-page.tsx'
import { words } from './holds-words.ts'
import { words as shared } from './words.ts'

/** One hold: for what, since when, what is under it, and what may be done with it. */
export function Component() {
  const { id = '' } = useParams()
  const hold = useGet<HoldDetail>(`/v1/holds/${encodeURIComponent(id)}?limit=1000`)
  if (hold.data) return <Details key={id} hold={hold.data} />
  if (hold.isPending) return <Loading />
  if (hold.error instanceof ApiProblem && hold.error.status === 404) return <NotFound />
  return <Failure error={hold.error} onRetry={() => void hold.refetch()} />
}

function Details({ hold }: { readonly hold: HoldDetail }) {
  const w = useWords(words)
  const [asked, setAsked] = useState<HoldAct | null>(null)
  const [told, tell] = useNews()
  const isOpen = hold.releasedAt === null
  return (
    <article className="wide">
      <p>
        <Link className="back" to="/blokkades">
          {w.back}
        </Link>
      </p>
      <PageHeading title={w.heading(hold.matterRef)}>{w.heading(hold.matterRef)}</PageHeading>
      <p>
        <HoldState hold={hold} />
      </p>
      <News told={told} />
      {hold.overdue && <p className="notice">{w.overdueNote}</p>}
      <Facts hold={hold} />
      {isOpen && (
        <p className="acts">
          <button className="button" type="button" onClick={() => setAsked('review')}>
            {w.review}
          </button>
          <button className="button" type="button" onClick={() => setAsked('release')}>
            {w.release}
          </button>
        </p>
      )}
      <Reviews hold={hold} />
      <Under hold={hold} />
      {asked !== null && (
        <HoldDialog
          id={hold.id}
          act={asked}
          onClose={() => setAsked(null)}
          onDone={() => {
            setAsked(null)
            tell(asked === 'review' ? w.reviewed : w.released)
          }}
        />
      )}
    </article>
  )
}

function Facts({ hold }: { readonly hold: HoldDetail }) {
  const w = useWords(words)
  const { holdTypes } = useWords(shared)
  const language = useLanguage()
  const name = useNames()
  const confirmed = hold.storeConfirmed ? w.confirmed : w.pending(hold.pending)
  const facts: readonly (readonly [string, string | null])[] = [
    [w.type, holdTypes[hold.type] ?? hold.type],
    [w.company, name('entity', hold.entity)],
    [w.scope, useScopeWords()(hold.scope)],
    [w.placedBy, `${hold.placedBy}, ${fullDay(hold.placedAt, language)}`],
    [w.reviewBy, calendarDay(hold.reviewBy, language)],
    [w.reason, hold.reason],
    [w.releasedBy, hold.releasedAt && `${hold.releasedBy}, ${fullDay(hold.releasedAt, language)}`],
    [w.releaseReason, hold.releaseReason],
  ]
  return (
    <section className="panel">
      <dl className="facts">
        {facts
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {hold.releasedAt === null && <p>{confirmed}</p>}
      {hold.futureMatching && <p>{w.future}</p>}
    </section>
  )
}

/** What a hold covers, by kind; whose number it is stays out of the page. */
function useScopeWords(): (scope: HoldDetail['scope']) => string {
  const { scopes: w } = useWords(words)
  return (scope) => {
    const kind = Object.keys(scope).find((key) => key in w)
    return kind ? w[kind as keyof typeof w] : ''
  }
}

function Reviews({ hold: { reviews } }: { readonly hold: HoldDetail }) {
  const w = useWords(words)
  const language = useLanguage()
  return (
    <section className="section">
      <h2>{w.reviews}</h2>
      <DataTable
        caption={w.reviews}
        hideCaption
        rows={reviews}
        rowKey={({ reviewedAt }) => reviewedAt}
        empty={w.noReviews}
        columns={[
          { key: 'on', label: w.on, cell: ({ reviewedAt }) => fullDay(reviewedAt, language) },
          { key: 'by', label: w.by, cell: ({ reviewedBy }) => reviewedBy },
          { key: 'why', label: w.reviewWhy, cell: ({ reason }) => reason },
          { key: 'next', label: w.next, cell: ({ reviewBy }) => calendarDay(reviewBy, language) },
        ]}
      />
    </section>
  )
}

function Under({ hold: { items } }: { readonly hold: HoldDetail }) {
  const w = useWords(words)
  const language = useLanguage()
  const stateOf = ({ endedAt, confirmedAt }: HoldDetail['items'][number]) => {
    if (endedAt) return w.ended
    return confirmedAt ? w.inForce : w.waiting
  }
  return (
    <section className="section">
      <h2>{w.under}</h2>
      <DataTable
        caption={w.under}
        hideCaption
        rows={items}
        rowKey={({ recordingId }) => recordingId}
        empty={w.noneUnder}
        columns={[
          {
            key: 'recording',
            label: w.refs.recordings,
            cell: ({ recordingId }) => (
              <Link to={`/opnamen/${recordingId}`}>
                <code>{recordingId}</code>
              </Link>
            ),
          },
          { key: 'since', label: w.since, cell: ({ placedAt }) => fullDay(placedAt, language) },
          { key: 'state', label: w.state, cell: stateOf },
        ]}
      />
    </section>
  )
}

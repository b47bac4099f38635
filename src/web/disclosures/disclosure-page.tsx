import { type ReactNode, useState } from 'react'
import { Link, useParams } from 'react-router'
import { useMe } from '../api/queries.ts'
import { ApiProblem } from '../api/request.ts'
import { useGet } from '../api/use-api.ts'
import { calendarDay, clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { Failure } from '../shell/failure.tsx'
import { Loading } from '../shell/loading.tsx'
import { NotFound } from '../shell/not-found.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { News, useNews } from '../ui/news.tsx'
import type { DisclosedRecording, DisclosureDetail, Invitation } from './contract.ts'
import { countryName } from './countries.ts'
import { DisclosureActs } from './disclosure-acts.tsx'
import { InvitationPanel } from './invitation-panel.tsx'
import { DisclosureState } from './list-page.tsx'
import { textOf } from './parts.ts'
import { RecipientNotices } from './recipient-notices.tsx'
import { words } from './words.ts'

/** One disclosure: to whom, what, why, who approved it, and what may be done with it. */
export function Component() {
  const { id = '' } = useParams()
  const disclosure = useGet<DisclosureDetail>(`/v1/disclosures/${encodeURIComponent(id)}`)
  if (disclosure.data) return <Details key={id} disclosure={disclosure.data} />
  if (disclosure.isPending) return <Loading />
  if (disclosure.error instanceof ApiProblem && disclosure.error.status === 404) return <NotFound />
  return <Failure error={disclosure.error} onRetry={() => void disclosure.refetch()} />
}

function Details({ disclosure }: { readonly disclosure: DisclosureDetail }) {
  const w = useWords(words)
  const roles = useMe().data?.roles ?? []
  const [told, tell] = useNews()
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  const isOfficer = roles.includes('privacy_officer')
  const title = w.heading(disclosure.recipient.legalName)
  return (
    <article className="wide">
      <p>
        <Link className="back" to="/verstrekkingen">
          {w.back}
        </Link>
      </p>
      <PageHeading title={title}>{title}</PageHeading>
      <p>
        <DisclosureState of={disclosure} />
      </p>
      <News told={told} />
      {invitation && <InvitationPanel id={disclosure.id} invitation={invitation} />}
      <Facts disclosure={disclosure} />
      {isOfficer && <DisclosureActs disclosure={disclosure} onTold={tell} onInvited={setInvitation} />}
      <Recordings recordings={disclosure.recordings} />
      {(isOfficer || roles.includes('auditor')) && disclosure.recordings.some(({ openedAt }) => openedAt) && (
        <RecipientNotices mayReply={isOfficer} disclosureId={disclosure.id} />
      )}
    </article>
  )
}

type Fact = readonly [term: string, value: ReactNode]

function Facts({ disclosure }: { readonly disclosure: DisclosureDetail }) {
  const w = useWords(words)
  const facts = [...useGround(disclosure), ...useCourse(disclosure)]
  return (
    <section className="panel" aria-label={w.facts}>
      <dl className="facts">
        {facts
          .filter(([, value]) => value)
          .map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  )
}

/** To whom and on what ground. */
function useGround(disclosure: DisclosureDetail): Fact[] {
  const w = useWords(words)
  const language = useLanguage()
  const { recipient, privacyRequestId } = disclosure
  const kind = w.type[recipient.type] ?? recipient.type
  return [
    [w.recipient, `${recipient.legalName}, ${countryName(recipient.country, language)} (${kind})`],
    [w.purpose, disclosure.purpose],
    [w.legalBasis, w.basis[disclosure.legalBasis] ?? disclosure.legalBasis],
    [w.statute, disclosure.statute],
    [w.letter, disclosure.letterRef],
    [w.agreement, disclosure.agreementRef],
    [
      w.request,
      privacyRequestId && (
        <Link to={`/privacyverzoeken/${privacyRequestId}`}>
          <code>{privacyRequestId}</code>
        </Link>
      ),
    ],
    [w.push, disclosure.pushUrl],
    [w.reason, disclosure.reason],
    [w.over, w.channel[disclosure.channel] ?? disclosure.channel],
  ]
}

/** What happened, and until when what may. */
function useCourse(disclosure: DisclosureDetail): Fact[] {
  const w = useWords(words)
  const language = useLanguage()
  const { asked, approvals, approveUntil, state, returnBy, returned, delay, revoked } = disclosure
  const moment = (at: string | null) => at && `${fullDay(at, language)}, ${clock(at, language)}`
  const day = (on: string | null) => on && calendarDay(on, language)
  const people = approvals.map(({ by, at }) => `${by} (${moment(at)})`)
  return [
    [w.asked, `${asked.by}, ${moment(asked.at)}`],
    [w.approvedBy, people.join(', ')],
    [w.approveBy, state === 'requested' && moment(approveUntil)],
    [w.secretUntil, moment(disclosure.secretUntil)],
    [w.sent, moment(disclosure.sentAt)],
    [w.returnBy, day(returnBy)],
    [w.returned, returned && `${w.how[returned.how] ?? returned.how}, ${day(returned.on)} (${returned.by})`],
    [w.delayed, delay && `${day(delay.until)}: ${delay.reason}`],
    [w.revokedBy, revoked && `${revoked.by}, ${moment(revoked.at)}: ${revoked.reason}`],
  ]
}

function Recordings({ recordings }: { readonly recordings: readonly DisclosedRecording[] }) {
  const w = useWords(words)
  const language = useLanguage()
  const fetched = ({ openedAt, sentAt }: DisclosedRecording) => {
    if (sentAt) return `${fullDay(sentAt, language)}, ${clock(sentAt, language)}`
    return openedAt ? w.underWay : w.notYet
  }
  return (
    <section className="section">
      <h2>{w.recordings}</h2>
      <DataTable
        caption={w.recordings}
        hideCaption
        rows={recordings}
        rowKey={({ recordingId }) => recordingId}
        columns={[
          { key: 'recording', label: w.recording, cell: ({ recordingId }) => <code>{recordingId}</code> },
          { key: 'parts', label: w.parts, cell: ({ ranges }) => (ranges ? textOf(ranges) : w.whole) },
          { key: 'fetched', label: w.fetched, cell: fetched },
          {
            key: 'sha256',
            label: w.fingerprint,
            cell: ({ sha256 }) => (sha256 ? <code>{sha256}</code> : '–'),
          },
        ]}
      />
    </section>
  )
}

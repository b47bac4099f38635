import { Link, useParams } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { calendarDay, clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import type { PrivacyRequest } from '../rights/contract.ts'
import { History } from '../rights/history.tsx'
import { requestWords } from '../rights/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Approval } from './approval.tsx'
import { Decided } from './decided.tsx'
import { Decisions } from './decisions.tsx'
import { Handling } from './handling.tsx'
import { ListenedAsOfficer } from './listened.tsx'
import { words } from './words.ts'

/** One request at the officer's side: its clocks, who asks, what has to be decided, and what was. */
export function Component() {
  const { id = '' } = useParams()
  const { dossier: w } = useWords(words)
  const request = useGet<PrivacyRequest>(`/v1/privacy-requests/${encodeURIComponent(id)}`)
  return (
    <div className="wide">
      <Link className="back" to="/privacyverzoeken">
        {w.back}
      </Link>
      <Loaded query={request}>{(found) => <Dossier request={found} />}</Loaded>
    </div>
  )
}

function Dossier({ request }: { readonly request: PrivacyRequest }) {
  const { dossier: w } = useWords(words)
  const names = useWords(requestWords)
  const isOfficer = useMe().data?.roles.includes('privacy_officer') ?? false
  const title = w.title(request.types.map((type) => names.type[type]).join(', '), request.memberRef ?? '')
  return (
    <>
      <PageHeading title={title}>{title}</PageHeading>
      {request.clocks.isOverdue && <p className="notice notice--alert">{w.overdue}</p>}
      <Facts request={request} />
      {request.message && (
        <section className="section">
          <h2>{w.message}</h2>
          <p className="own-words">{request.message}</p>
        </section>
      )}
      <Handling request={request} />
      {request.allowed.includes('approve') && <Approval request={request} />}
      {request.allowed.includes('decide') && <Decisions request={request} />}
      <Decided request={request} />
      {isOfficer && <ListenedAsOfficer request={request} />}
      <History steps={request.steps} />
    </>
  )
}

function Facts({ request }: { readonly request: PrivacyRequest }) {
  const { dossier: w, state, channel } = useWords(words)
  const language = useLanguage()
  const { clocks, identity, proxy, transfer } = request
  const day = (date: string) => calendarDay(date, language)
  return (
    <section aria-label={w.facts}>
      <p className="lead">{state[request.state]}</p>
      <dl className="facts">
        <Fact term={w.received}>
          {fullDay(request.receivedAt, language)}, {clock(request.receivedAt, language)}
        </Fact>
        <Fact term={w.via}>{channel[request.channel] ?? request.channel}</Fact>
        <Fact term={w.deadline}>{day(clocks.deadline)}</Fact>
        <Fact term={w.target}>{day(clocks.targetDate)}</Fact>
        <Fact term={w.extended}>{day(clocks.extendedDueDate)}</Fact>
        {clocks.pausedDueDate && <Fact term={w.paused}>{day(clocks.pausedDueDate)}</Fact>}
        <Fact term={w.identity}>{w.identityState[identity.state]}</Fact>
        {proxy && (
          <Fact term={w.proxy}>
            {w.relation[proxy.relation]}, {proxy.mandateRef}, {w.until(day(proxy.validUntil))}
          </Fact>
        )}
        {transfer && (
          <Fact term={w.transfer}>
            {transfer.name}, {transfer.address} ({transfer.confirmedAt ? w.confirmed : w.unconfirmed})
          </Fact>
        )}
      </dl>
    </section>
  )
}

const Fact = ({ term, children }: { readonly term: string; readonly children: React.ReactNode }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
)

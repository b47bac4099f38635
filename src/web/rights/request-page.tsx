import { Link, useLocation, useParams } from 'react-router'
import { useGet } from '../api/use-api.ts'
import { fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Answers } from './answers.tsx'
import { AskedOfMember } from './asked-of-member.tsx'
import type { PrivacyRequest } from './contract.ts'
import { History } from './history.tsx'
import { ListenedSection } from './listened-section.tsx'
import { PackageSection } from './package-section.tsx'
import { pageWords } from './page-words.ts'
import { RequestClock } from './request-clock.tsx'
import { Withdrawal } from './withdrawal.tsx'
import { requestWords } from './words.ts'

/** An answer is given by people: looked for now and then, for as long as the page is open. */
const REFRESH_MS = 60_000

/** One request of the member: where it stands, what is asked of them, and the answers. */
export function Component() {
  const { id = '' } = useParams()
  const { list: w } = useWords(pageWords)
  const request = useGet<PrivacyRequest>(`/v1/privacy-requests/${encodeURIComponent(id)}`, {
    refreshMs: REFRESH_MS,
  })
  return (
    <>
      <Link className="back" to="/verzoeken">
        {w.title}
      </Link>
      <Loaded query={request}>{(found) => <Request request={found} />}</Loaded>
    </>
  )
}

function Request({ request }: { readonly request: PrivacyRequest }) {
  const { page: w } = useWords(pageWords)
  const names = useWords(requestWords)
  const language = useLanguage()
  const isNew = Boolean((useLocation().state as { isNew?: boolean } | null)?.isNew)
  const title = w.title(request.types.map((type) => names.type[type]).join(', '))
  return (
    <>
      <PageHeading title={title}>{title}</PageHeading>
      {isNew && (
        <p className="notice notice--good" role="status">
          {w.thanks}
        </p>
      )}
      <p className="lead">{names.state[request.state]}</p>
      <RequestClock request={request} />
      <p className="field__hint">
        {w.received(fullDay(request.receivedAt, language))}.{request.filedAs !== 'member' && ` ${w.filed}`}
      </p>
      <PackageSection request={request} />
      <AskedOfMember request={request} />
      <Answers request={request} />
      <ListenedSection request={request} />
      {request.message && (
        <section className="section">
          <h2>{w.yours}</h2>
          <p className="own-words">{request.message}</p>
        </section>
      )}
      <History steps={request.steps} />
      {request.allowed.includes('withdraw') && <Withdrawal id={request.id} />}
    </>
  )
}

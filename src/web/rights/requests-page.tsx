import { Link } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { RequestPage, RequestSummary } from './contract.ts'
import { pageWords } from './page-words.ts'
import { RequestClock } from './request-clock.tsx'
import { requestWords } from './words.ts'

/** What a member asked for so far, and the way to ask for more. */
export function Component() {
  const { list: w } = useWords(pageWords)
  const contact = useMe().data?.contact
  const requests = useGet<RequestPage>('/v1/privacy-requests?limit=100')
  return (
    <div className="rights">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <p>
        <Link className="button button--main" to="/verzoeken/nieuw">
          {w.ask}
        </Link>
      </p>
      <Loaded query={requests}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="empty">{w.none}</p>
          ) : (
            <ul className="purposes requests">
              {items.map((request) => (
                <Row key={request.id} request={request} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {contact && (
        <p>
          {w.mail} <a href={`mailto:${contact}`}>{contact}</a>. {w.mailSame}
        </p>
      )}
    </div>
  )
}

function Row({ request }: { readonly request: RequestSummary }) {
  const w = useWords(requestWords)
  const language = useLanguage()
  return (
    <li className="purpose">
      <h2>
        <Link to={`/verzoeken/${request.id}`}>{request.types.map((type) => w.type[type]).join(', ')}</Link>
      </h2>
      <p>
        <strong>{w.state[request.state]}</strong> · {fullDay(request.receivedAt, language)}
      </p>
      <RequestClock request={request} />
    </li>
  )
}

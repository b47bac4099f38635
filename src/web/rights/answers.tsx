import { useState } from 'react'
import { Link } from 'react-router'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { alike } from './alike.ts'
import { AnswerText } from './answer-text.tsx'
import type { Item, PrivacyRequest, RequestType, Routes } from './contract.ts'
import { pageWords } from './page-words.ts'
import { requestWords } from './words.ts'

/** Calls shown with an answer at a time; a member with hundreds of calls looks at the first of them. */
const ROOM = 20

/** What was decided, right by right, and where to go with a complaint. */
export function Answers({ request }: { readonly request: PrivacyRequest }) {
  const { page: w } = useWords(pageWords)
  const decided = request.items.some(({ decidedAt }) => decidedAt !== null)
  return (
    <section className="section">
      <h2>{w.answers}</h2>
      {!decided && <p>{w.noAnswers}</p>}
      {decided &&
        request.types.map((type) => (
          <AnswersTo key={type} type={type} items={request.items.filter((item) => item.type === type)} />
        ))}
      {request.routes && <Complain routes={request.routes} />}
    </section>
  )
}

function AnswersTo({ type, items }: { readonly type: RequestType; readonly items: readonly Item[] }) {
  const names = useWords(requestWords)
  return (
    <>
      <h3>{names.type[type]}</h3>
      <ul className="purposes">
        {alike(items).map((group) => (
          <Answer key={group[0]?.n} items={group} />
        ))}
      </ul>
    </>
  )
}

/** One answer, with all the calls and purposes that got it. */
function Answer({ items }: { readonly items: readonly Item[] }) {
  const { page: w } = useWords(pageWords)
  const names = useWords(requestWords)
  const language = useLanguage()
  const [room, setRoom] = useState(ROOM)
  const [first] = items
  if (!first) return null
  const until = first.refusal?.refusedUntil
  return (
    <li className="purpose">
      <p>
        <strong>{names.item[first.state]}</strong>
      </p>
      {first.answer && (
        <p className="own-words">
          <AnswerText item={first} />
        </p>
      )}
      {until && <p>{w.until(calendarDay(until, language))}</p>}
      {first.executedAt && <p className="field__hint">{w.done(fullDay(first.executedAt, language))}</p>}
      <ul className="about">
        {items.slice(0, room).map((item) => (
          <li key={item.n}>
            <About item={item} />
          </li>
        ))}
      </ul>
      {items.length > room && (
        <p className="acts">
          <button className="button" type="button" onClick={() => setRoom(room + ROOM)}>
            {w.more}
          </button>
        </p>
      )}
    </li>
  )
}

/** The call that an answer is about, by its day; gone once it is destroyed. */
function About({ item: { recordingId, callStartedAt, goneAt, purpose } }: { readonly item: Item }) {
  const names = useWords(requestWords)
  const language = useLanguage()
  const name = useNames()
  if (goneAt) return names.gone
  if (!recordingId) return names.whole
  return (
    <>
      <Link to={`/gesprekken/${recordingId}`}>
        {callStartedAt ? names.callOf(fullDay(callStartedAt, language)) : names.call}
      </Link>
      {purpose && ` · ${name('purpose', purpose)}`}
    </>
  )
}

/** Art. 12(4) GDPR: every refusal says where to complain. */
function Complain({ routes: { authority, court } }: { readonly routes: Routes }) {
  const { page: w } = useWords(pageWords)
  const language = useLanguage()
  return (
    <>
      <h3>{w.complain}</h3>
      <p>
        <a href={authority.url} rel="noreferrer">
          {w.authority(authority.name)}
        </a>
        .
      </p>
      <p>{w.court(court.law, calendarDay(court.until, language))}</p>
    </>
  )
}

import { useState } from 'react'
import { Link } from 'react-router'
import type { Notice, NoticePage } from '../api/contract.ts'
import { useMe } from '../api/queries.ts'
import { useGet, useSend } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { words } from './words.ts'

/** What the service told somebody, newest first. */
export function Component() {
  const w = useWords(words)
  const first = useGet<NoticePage>('/v1/notices')
  return (
    <>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <Loaded query={first}>{(page) => <Inbox page={page} />}</Loaded>
    </>
  )
}

function Inbox({ page }: { readonly page: NoticePage }) {
  const w = useWords(words)
  const reading = useSend(['/v1/notices'])
  const [older, setOlder] = useState<readonly string[]>([])
  if (page.items.length === 0) return <p>{w.none}</p>
  return (
    <div className="messages">
      <div className="messages__head">
        <p role="status">{page.unread === 0 ? w.allRead : w.unread(page.unread)}</p>
        {page.unread > 0 && (
          <button
            className="button button--quiet"
            type="button"
            aria-disabled={reading.isPending}
            onClick={() => !reading.isPending && reading.mutate({ path: '/v1/notices/read' })}
          >
            {w.readAll}
          </button>
        )}
      </div>
      <ProblemNote error={reading.error} />
      <Messages items={page.items} onRead={(id) => reading.mutate({ path: `/v1/notices/${id}/read` })} />
      <Older from={page.nextCursor} pages={older} onMore={(cursor) => setOlder([...older, cursor])} />
    </div>
  )
}

interface OlderProps {
  readonly from: string | null
  /** Cursors of the pages that somebody asked for. */
  readonly pages: readonly string[]
  readonly onMore: (cursor: string) => void
}

/** The pages behind the first, each under the one before. */
function Older({ from, pages, onMore }: OlderProps) {
  const w = useWords(words)
  const [next, ...rest] = pages
  if (next !== undefined) return <OlderPage cursor={next} pages={rest} onMore={onMore} />
  if (from === null) return null
  return (
    <p>
      <button className="button" type="button" onClick={() => onMore(from)}>
        {w.older}
      </button>
    </p>
  )
}

function OlderPage({ cursor, pages, onMore }: Omit<OlderProps, 'from'> & { readonly cursor: string }) {
  const reading = useSend(['/v1/notices'])
  const query = useGet<NoticePage>(`/v1/notices?cursor=${encodeURIComponent(cursor)}`)
  return (
    <Loaded query={query}>
      {({ items, nextCursor }) => (
        <>
          <Messages items={items} onRead={(id) => reading.mutate({ path: `/v1/notices/${id}/read` })} />
          <Older from={nextCursor} pages={pages} onMore={onMore} />
        </>
      )}
    </Loaded>
  )
}

interface MessagesProps {
  readonly items: readonly Notice[]
  readonly onRead: (id: string) => void
}

const Messages = ({ items, onRead }: MessagesProps) => (
  <ul className="messages__list">
    {items.map((notice) => (
      <Message key={notice.id} notice={notice} onRead={() => onRead(notice.id)} />
    ))}
  </ul>
)

function Message({ notice, onRead }: { readonly notice: Notice; readonly onRead: () => void }) {
  const w = useWords(words)
  const language = useLanguage()
  const { title, text } = notice[language]
  const isNew = notice.readAt === null
  return (
    <li className={isNew ? 'message message--new' : 'message'}>
      <h2 className="message__title">
        {isNew && <span className="message__new">{w.new}</span>} {title}
      </h2>
      <time className="message__time" dateTime={notice.at}>
        {fullDay(notice.at, language)}, {clock(notice.at, language)}
      </time>
      <p>{text}</p>
      <p className="acts">
        <About notice={notice} />
        {isNew && (
          <button
            className="button button--quiet"
            type="button"
            aria-label={w.markRead(title)}
            onClick={onRead}
          >
            {w.read}
          </button>
        )}
      </p>
    </li>
  )
}

/** The way to what a message is about, for whoever has a page of it. */
function About({ notice: { about } }: { readonly notice: Notice }) {
  const { about: w } = useWords(words)
  const me = useMe()
  const isMember = me.data?.roles.includes('member') ?? false
  const pages = isMember ? MEMBER_PAGES : OFFICER_PAGES
  const page = pages.find(({ type }) => type === about.type)
  if (about.id === null || !page) return null
  return <Link to={`${page.path}/${about.id}`}>{w[page.type]}</Link>
}

const MEMBER_PAGES = [
  { type: 'recording', path: '/gesprekken' },
  { type: 'privacy_request', path: '/verzoeken' },
] as const
const OFFICER_PAGES = [
  { type: 'recording', path: '/opnamen' },
  { type: 'privacy_request', path: '/privacyverzoeken' },
  { type: 'hold', path: '/blokkades' },
] as const

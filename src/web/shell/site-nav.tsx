import { NavLink } from 'react-router'
import type { NoticePage } from '../api/contract.ts'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { inBoth, useWords } from '../i18n/words.ts'
import { areasOf, areaWords } from './areas.ts'
import { useSessionEnd } from './context.ts'

const LOOK_EVERY_MS = 120_000

const navWords = inBoth(
  { unread: (n: number) => ` (${n} ongelezen)` },
  { unread: (n: number) => ` (${n} unread)` },
)

/** The ways from one area to another, for people who have business in more than one place. */
export function SiteNav() {
  const w = useWords(areaWords)
  const ended = useSessionEnd()
  const me = useMe(ended === null)
  const areas = ended || !me.data ? [] : areasOf(me.data)
  if (areas.length < 2) return null
  return (
    <nav className="site-nav" aria-label={w.label}>
      <ul>
        {areas.map(({ path, name }) => (
          <li key={path}>
            <NavLink to={path} end={path === '/'}>
              {w[name]}
              {name === 'messages' && <Unread />}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** So many messages have not been read; a look now and then, which keeps no session alive. */
function Unread() {
  const { unread: w } = useWords(navWords)
  const { data } = useGet<NoticePage>('/v1/notices?limit=1', { refreshMs: LOOK_EVERY_MS })
  if (!data || data.unread === 0) return null
  return (
    <span className="site-nav__count">
      <span aria-hidden="true">{data.unread}</span>
      <span className="unseen">{w(data.unread)}</span>
    </span>
  )
}

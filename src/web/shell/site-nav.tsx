import { Link, NavLink, useLocation } from 'react-router'
import type { NoticePage } from '../api/contract.ts'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { inBoth, useWords } from '../i18n/words.ts'
import { type Area, areasOf, areaWords, groupWords } from './areas.ts'
import { useSessionEnd } from './context.ts'
import { type Entry, navigationOf } from './navigation.ts'

const LOOK_EVERY_MS = 120_000

const navWords = inBoth(
  { unread: (n: number) => ` (${n} ongelezen)` },
  { unread: (n: number) => ` (${n} unread)` },
)

/**
 * The ways from one area to another, for people who have business in more than one place; many areas in two rows:
 * what belongs together, and below it what is inside.
 */
export function SiteNav() {
  const w = useWords(areaWords)
  const groups = useWords(groupWords)
  const ended = useSessionEnd()
  const me = useMe(ended === null)
  const { pathname } = useLocation()
  const areas = ended || !me.data ? [] : areasOf(me.data)
  if (areas.length < 2) return null
  const { entries, current } = navigationOf(areas, pathname)
  return (
    <div className="site-navs">
      <nav className="site-nav" aria-label={w.label}>
        <ul>
          {entries.map((entry) => (
            <li key={entry.path}>
              <EntryLink entry={entry} isCurrent={entry === current} />
            </li>
          ))}
        </ul>
      </nav>
      {current?.group && (
        <nav className="site-nav site-nav--inside" aria-label={groups[current.group]}>
          <ul>
            {current.areas.map((area) => (
              <li key={area.path}>
                <AreaLink area={area} />
              </li>
            ))}
          </ul>
        </nav>
      )}
    </div>
  )
}

function EntryLink({ entry, isCurrent }: { readonly entry: Entry<Area>; readonly isCurrent: boolean }) {
  const groups = useWords(groupWords)
  if (entry.group === null) return <AreaLink area={entry.areas[0]} />
  return (
    <Link to={entry.path} aria-current={isCurrent ? 'true' : undefined}>
      {groups[entry.group]}
    </Link>
  )
}

function AreaLink({ area: { path, name } }: { readonly area: Area }) {
  const w = useWords(areaWords)
  return (
    <NavLink to={path} end={path === '/'}>
      {w[name]}
      {name === 'messages' && <Unread />}
    </NavLink>
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

import { NavLink } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useWords } from '../i18n/words.ts'
import { areasOf, areaWords } from './areas.ts'
import { useSessionEnd } from './context.ts'

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
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}

import { NavLink, Outlet } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useWords } from '../i18n/words.ts'
import { words } from './words.ts'

const PAGES = [
  {
    path: '/bewaartermijnen',
    name: 'rules',
    roles: ['privacy_officer', 'records_manager', 'auditor'],
  },
  { path: '/goedkeuringen', name: 'approvals', roles: ['privacy_officer', 'records_manager'] },
  { path: '/opruimen', name: 'sweeps', roles: ['records_manager', 'privacy_officer', 'operator'] },
  {
    path: '/verklaringen',
    name: 'certificates',
    roles: ['privacy_officer', 'records_manager', 'auditor'],
  },
] as const

/** What the pages about rules and destruction have in common: the ways between them, for those who may. */
export function Component() {
  const w = useWords(words)
  const roles = useMe().data?.roles ?? []
  const pages = PAGES.filter((page) => page.roles.some((role) => roles.includes(role)))
  return (
    <div className="wide">
      {pages.length > 1 && (
        <nav className="area-nav" aria-label={w.nav}>
          <ul>
            {pages.map(({ path, name }) => (
              <li key={path}>
                <NavLink to={path}>{w[name]}</NavLink>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <Outlet />
    </div>
  )
}

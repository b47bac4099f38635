import { Link, Outlet } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useNames } from '../i18n/language.ts'
import { inBoth, useWords } from '../i18n/words.ts'
import { areasOf, areaWords } from './areas.ts'
import { NoRole } from './no-role.tsx'
import { PageHeading } from './page-heading.tsx'

const words = inBoth(
  {
    title: 'Niet voor uw rol',
    heading: 'Deze pagina is niet voor uw rol',
    needed: 'U kunt hier terecht als:',
    yours: 'U bent ingelogd als:',
    instead: 'Dit is er wel voor u:',
    hint: 'Klopt uw rol niet? Vraag wie uw account beheert om hulp, en log daarna opnieuw in.',
  },
  {
    title: 'Not for your role',
    heading: 'This page is not for your role',
    needed: 'It is for:',
    yours: 'You are logged in as:',
    instead: 'This is there for you:',
    hint: 'Is your role not right? Ask whoever manages your account, and log in again after that.',
  },
)

/** The pages inside this one are for people with one of these roles; others read which, and where to go. */
export function ForRoles({ roles }: { readonly roles: readonly string[] }) {
  const own = useMe().data?.roles ?? []
  if (roles.some((role) => own.includes(role))) return <Outlet />
  return own.length === 0 ? <NoRole /> : <OtherRole needed={roles} own={own} />
}

interface OtherRoleProps {
  readonly needed: readonly string[]
  readonly own: readonly string[]
}

function OtherRole({ needed, own }: OtherRoleProps) {
  const w = useWords(words)
  const name = useNames()
  const named = (roles: readonly string[]) => roles.map((role) => name('role', role)).join(', ')
  return (
    <div className="message">
      <PageHeading title={w.title}>{w.heading}</PageHeading>
      <p>
        {w.needed} <strong>{named(needed)}</strong>. {w.yours} <strong>{named(own)}</strong>.
      </p>
      <OwnAreas roles={own} label={w.instead} />
      <p>{w.hint}</p>
    </div>
  )
}

/** The ways to what there is for somebody with these roles. */
export function OwnAreas({ roles, label }: { readonly roles: readonly string[]; readonly label: string }) {
  const area = useWords(areaWords)
  const areas = areasOf({ roles })
  if (areas.length === 0) return null
  return (
    <>
      <p>{label}</p>
      <p className="acts">
        {areas.map(({ path, name }) => (
          <Link key={path} className="button" to={path}>
            {area[name]}
          </Link>
        ))}
      </p>
    </>
  )
}

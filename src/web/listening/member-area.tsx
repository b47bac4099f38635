import { useTranslation } from 'react-i18next'
import { Navigate, Outlet, useLocation } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { areasOf } from '../shell/areas.ts'
import { OwnAreas } from '../shell/for-roles.tsx'
import { NoRole } from '../shell/no-role.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { words } from './words.ts'

/** The pages inside this one are for members; staff are shown to their own area, or why they have none. */
export function MemberArea() {
  const roles = useMe().data?.roles ?? []
  const { pathname } = useLocation()
  if (roles.includes('member'))
    return pathname === '/' && seesWork(roles) ? <WorkToo roles={roles} /> : <Outlet />
  if (roles.length === 0) return <NoRole />
  const [own] = areasOf({ roles })
  return own && pathname === '/' ? <Navigate to={own.path} replace /> : <NoMember roles={roles} />
}

/** Says which roles somebody has, where none of them has anything to see. */
function NoMember({ roles }: { readonly roles: readonly string[] }) {
  const { t } = useTranslation()
  const name = useNames()
  return (
    <div className="message">
      <PageHeading title={t('noMember.title')}>{t('noMember.heading')}</PageHeading>
      <p className="lead">{t('noMember.text')}</p>
      <p>
        {roles.length === 1 ? t('noMember.roles') : t('noMember.rolesMany')}{' '}
        <strong>{roles.map((role) => name('role', role)).join(', ')}</strong>
      </p>
      <p>{t('noMember.hint')}</p>
    </div>
  )
}

/** For these roles the list of recordings is that of their work, whoever they are besides. */
const WORKERS: readonly string[] = [
  'agent',
  'privacy_officer',
  'records_manager',
  'auditor',
  'recorder',
  'importer',
]

const seesWork = (roles: readonly string[]): boolean => roles.some((role) => WORKERS.includes(role))

/** Somebody who works here and is a member too: their own calls do not get mixed up with those of their work. */
function WorkToo({ roles }: { readonly roles: readonly string[] }) {
  const { workToo: w } = useWords(words)
  const name = useNames()
  return (
    <div className="message">
      <PageHeading title={w.title}>{w.heading}</PageHeading>
      <p className="lead">{w.text}</p>
      <p>
        {w.roles} <strong>{roles.map((role) => name('role', role)).join(', ')}</strong>
      </p>
      <OwnAreas roles={roles.filter((role) => role !== 'member')} label={w.work} />
      <p>{w.hint}</p>
    </div>
  )
}

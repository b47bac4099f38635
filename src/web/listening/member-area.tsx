import { useTranslation } from 'react-i18next'
import { Navigate, Outlet, useLocation } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useNames } from '../i18n/language.ts'
import { areasOf } from '../shell/areas.ts'
import { PageHeading } from '../shell/page-heading.tsx'

/** The pages inside this one are for members; staff are shown to their own area, or why they have none. */
export function MemberArea() {
  const roles = useMe().data?.roles ?? []
  const { pathname } = useLocation()
  if (roles.includes('member')) return <Outlet />
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
      {roles.length === 0 ? (
        <p>{t('noMember.none')}</p>
      ) : (
        <p>
          {roles.length === 1 ? t('noMember.roles') : t('noMember.rolesMany')}{' '}
          <strong>{roles.map((role) => name('role', role)).join(', ')}</strong>
        </p>
      )}
      <p>{t('noMember.hint')}</p>
    </div>
  )
}

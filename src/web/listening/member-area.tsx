import { useTranslation } from 'react-i18next'
import { Outlet } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useNames } from '../i18n/language.ts'
import { PageHeading } from '../shell/page-heading.tsx'

/** The pages inside this one are for members; staff read why there is nothing here for them. */
export function MemberArea() {
  const roles = useMe().data?.roles ?? []
  return roles.includes('member') ? <Outlet /> : <NoMember roles={roles} />
}

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

import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { PageHeading } from './page-heading.tsx'
import { loginUrl } from './session.ts'

/** Replaces the page, calls and all: whoever sits down at this screen next should see nothing. */
export function SessionExpired() {
  const { t } = useTranslation()
  const { pathname, search } = useLocation()
  return (
    <div className="message" role="alert">
      <PageHeading title={t('expired.title')}>{t('expired.heading')}</PageHeading>
      <p className="lead">{t('expired.text')}</p>
      <p>
        <a className="button button--main" href={loginUrl(pathname + search)}>
          {t('expired.logIn')}
        </a>
      </p>
    </div>
  )
}

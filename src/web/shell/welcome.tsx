import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { PageHeading } from './page-heading.tsx'
import { loginUrl } from './session.ts'
import { Waves } from './waves.tsx'

const POINTS = ['own', 'why', 'copy'] as const

/** For whoever is not logged in: what this is, and one button. */
export function Welcome({ loggedOut = false }: { readonly loggedOut?: boolean }) {
  const { t } = useTranslation()
  const { pathname, search } = useLocation()
  return (
    <div className="welcome">
      {loggedOut && (
        <p className="note" role="status">
          {t('welcome.loggedOut')}
        </p>
      )}
      <PageHeading title={t('welcome.title')}>{t('welcome.heading')}</PageHeading>
      <p className="lead">{t('welcome.lead')}</p>
      <p>
        <a className="button button--main button--large" href={loginUrl(loggedOut ? '/' : pathname + search)}>
          {t('welcome.logIn')}
        </a>
      </p>
      <Waves />
      <ul className="points">
        {POINTS.map((point) => (
          <li key={point}>
            <h2>{t(`welcome.points.${point}.heading`)}</h2>
            <p>{t(`welcome.points.${point}.text`)}</p>
          </li>
        ))}
      </ul>
    </div>
  )
}

import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { PageHeading } from './page-heading.tsx'

export function NotFound() {
  const { t } = useTranslation()
  return <Missing heading={t('notFound.heading')} text={t('notFound.text')} />
}

/** Not yours, never there and destroyed look the same: the API does not tell them apart either. */
export function CallNotFound() {
  const { t } = useTranslation()
  return <Missing heading={t('notFound.callHeading')} text={t('notFound.callText')} />
}

function Missing({ heading, text }: { readonly heading: string; readonly text: string }) {
  const { t } = useTranslation()
  return (
    <div className="message">
      <PageHeading title={t('notFound.title')}>{heading}</PageHeading>
      <p className="lead">{text}</p>
      <p>
        <Link className="button button--main" to="/">
          {t('notFound.home')}
        </Link>
      </p>
    </div>
  )
}

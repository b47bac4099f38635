import { useTranslation } from 'react-i18next'

/** Shown by CSS only after a moment, so that a quick answer does not flicker. */
export function Loading() {
  const { t } = useTranslation()
  return (
    <p className="loading" role="status">
      {t('site.loading')}
    </p>
  )
}

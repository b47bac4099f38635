import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

const REASONS = ['notRecorded', 'recent', 'removed'] as const

/** No recordings is a normal answer, not a fault: say so, and why it may be. */
export function NoCalls() {
  const { t } = useTranslation()
  return (
    <section className="empty">
      <h2>{t('calls.empty.heading')}</h2>
      <p className="lead">{t('calls.empty.text')}</p>
      <p>{t('calls.empty.reasons')}</p>
      <ul>
        {REASONS.map((reason) => (
          <li key={reason}>{t(`calls.empty.${reason}`)}</li>
        ))}
      </ul>
    </section>
  )
}

export function NoMatch() {
  const { t } = useTranslation()
  return (
    <section className="empty" role="status">
      <h2>{t('calls.noMatch.heading')}</h2>
      <p>{t('calls.noMatch.text')}</p>
      <p>
        <Link className="button" to="/" replace>
          {t('calls.filter.clear')}
        </Link>
      </p>
    </section>
  )
}

import { useTranslation } from 'react-i18next'
import { ApiProblem } from '../api/request.ts'
import { PageHeading } from './page-heading.tsx'

interface FailureProps {
  readonly error: unknown
  readonly onRetry: () => void
}

/** A page that could not be loaded, said in words, with a way to try again. */
export function Failure({ error, onRetry }: FailureProps) {
  const { t } = useTranslation()
  const unreachable = error instanceof ApiProblem && error.status === 0
  return (
    <div className="message" role="alert">
      <PageHeading title={t('failure.title')}>{t('failure.heading')}</PageHeading>
      <p className="lead">{unreachable ? t('failure.unreachable') : t('failure.other')}</p>
      <p>
        <button className="button button--main" type="button" onClick={onRetry}>
          {t('site.retry')}
        </button>
      </p>
    </div>
  )
}

/** A fault in the page itself. React has already reported it; here it gets words and a way out. */
export function Crash() {
  const { t } = useTranslation()
  return (
    <main className="message" role="alert">
      <h1>{t('failure.heading')}</h1>
      <p className="lead">{t('failure.crash')}</p>
      <p>
        <button className="button button--main" type="button" onClick={() => location.reload()}>
          {t('failure.reload')}
        </button>
      </p>
    </main>
  )
}

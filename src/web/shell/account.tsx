import { useTranslation } from 'react-i18next'
import { useLogOut } from './use-log-out.ts'

/** Who is logged in, and the way out. */
export function Account({ name }: { readonly name: string | null }) {
  const { t } = useTranslation()
  const leaving = useLogOut()
  return (
    <section className="account" aria-label={t('site.account')}>
      {name && <span className="account__name">{name}</span>}
      <button
        className="button button--quiet"
        type="button"
        onClick={() => leaving.mutate()}
        disabled={leaving.isPending}
      >
        {leaving.isPending ? t('site.loggingOut') : t('site.logOut')}
      </button>
      {leaving.isError && (
        <p className="account__problem" role="alert">
          {t('site.logOutFailed')}
        </p>
      )}
    </section>
  )
}

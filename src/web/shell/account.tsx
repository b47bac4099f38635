import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { logOut } from '../api/queries.ts'
import { usePage } from './context.ts'

/** Who is logged in, and the way out. */
export function Account({ name }: { readonly name: string | null }) {
  const { t } = useTranslation()
  const { session } = usePage()
  const client = useQueryClient()
  const leaving = useMutation({
    mutationFn: () => logOut(client),
    networkMode: 'always',
    onSuccess: ({ logoutUrl }) => {
      session.end('logged_out')
      // Otherwise the next login here would be let in without a question, on a shared screen too.
      if (logoutUrl) location.assign(logoutUrl)
    },
  })
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

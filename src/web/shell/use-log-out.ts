import { useMutation, useQueryClient } from '@tanstack/react-query'
import { logOut } from '../api/queries.ts'
import { usePage } from './context.ts'

/** Ends the session here, in every tab, and at the identity provider. */
export function useLogOut() {
  const { session } = usePage()
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => logOut(client),
    networkMode: 'always',
    onSuccess: ({ logoutUrl }) => {
      session.end('logged_out')
      // Otherwise the next login here would be let in without a question, on a shared screen too.
      if (logoutUrl) location.assign(logoutUrl)
    },
  })
}

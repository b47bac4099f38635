import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Outlet } from 'react-router'
import { isSignedOut, useMe } from '../api/queries.ts'
import { usePage, useSessionEnd } from './context.ts'
import { Failure } from './failure.tsx'
import { Loading } from './loading.tsx'
import { SessionExpired } from './session-expired.tsx'
import { SessionWatch } from './session-watch.tsx'
import { StepUpQuestion } from './step-up.tsx'
import { Welcome } from './welcome.tsx'

/** The pages inside this one are for people who have logged in. */
export function SignedIn() {
  const ended = useSessionEnd()
  const { player } = usePage()
  const client = useQueryClient()
  const me = useMe(ended === null)
  useEffect(() => {
    if (!ended) return
    player.reset()
    client.clear()
  }, [ended, player, client])
  if (ended === 'expired') return <SessionExpired />
  if (ended === 'logged_out') return <Welcome loggedOut />
  if (me.data)
    return (
      <>
        <Outlet />
        <SessionWatch />
        <StepUpQuestion />
      </>
    )
  if (me.status === 'pending') return <Loading />
  if (isSignedOut(me.error)) return <Welcome />
  return <Failure error={me.error} onRetry={() => void me.refetch()} />
}

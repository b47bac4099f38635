import { useEffect, useState } from 'react'
import { useMe } from '../api/queries.ts'
import { serviceTime } from '../shell/session-times.ts'

const SECOND = 1000

/**
 * Milliseconds until an instant by the clock of the service, counted every second while there are any. `onEnded`
 * is called once nothing is left; what follows from that the service says.
 */
export function useTimeLeft(until: string, onEnded: () => void): number {
  const me = useMe()
  const session = me.data?.session
  const left = () =>
    Date.parse(until) - (session ? serviceTime(session, me.dataUpdatedAt, Date.now()) : Date.now())
  const [ms, setMs] = useState(left)
  // biome-ignore lint/correctness/useExhaustiveDependencies: every tick of `ms` sets the next one.
  useEffect(() => {
    if (ms <= 0) return onEnded()
    const timer = setTimeout(() => setMs(left()), SECOND)
    return () => clearTimeout(timer)
  }, [ms])
  return ms
}

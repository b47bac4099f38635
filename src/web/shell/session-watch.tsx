import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { useLocation } from 'react-router'
import type { SessionTimes } from '../api/contract.ts'
import { lookAtSession, useMe } from '../api/queries.ts'
import { useWords } from '../i18n/words.ts'
import { Dialog } from '../ui/dialog.tsx'
import { usePage } from './context.ts'
import { stepUpUrl } from './session.ts'
import { clockOf, spokenMark, type TimeLeft, timeLeft, WARNING_MS } from './session-times.ts'
import { words } from './session-words.ts'
import { useLogOut } from './use-log-out.ts'

const SECOND = 1000
/** While the warning is shown, other tabs may keep the session alive. */
const LOOK_EVERY_MS = 15 * SECOND

/** Warns before the session ends, and ends the page with it. */
export function SessionWatch() {
  const me = useMe()
  const times = me.data?.session
  return times ? <Watch times={times} receivedAt={me.dataUpdatedAt} /> : null
}

interface WatchProps {
  readonly times: SessionTimes
  readonly receivedAt: number
}

function Watch({ times, receivedAt }: WatchProps) {
  const { now, look } = useNow(times, receivedAt)
  const [dismissed, setDismissed] = useState<string | null>(null)
  const left = timeLeft(times, receivedAt, now)
  if (left.ms > WARNING_MS || dismissed === times.endsAt) return null
  return left.because === 'idle' ? (
    <IdleWarning left={left} onStay={() => look('attended')} />
  ) : (
    <LimitWarning left={left} onDismiss={() => setDismissed(times.endsAt)} />
  )
}

type Look = (how: 'attended' | 'unattended') => Promise<void>

/**
 * This browser's clock: every second while the warning is shown, before that only when it is time to look. What
 * the page knows may be old by then, so the service is asked before anybody is warned or sent away.
 */
function useNow(times: SessionTimes, receivedAt: number): { readonly now: number; readonly look: Look } {
  const client = useQueryClient()
  const { session } = usePage()
  const [now, setNow] = useState(Date.now)
  const look = useCallback<Look>(
    async (how) => {
      await lookAtSession(client, how)
      setNow(Date.now())
    },
    [client],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: every tick of `now` sets the next one.
  useEffect(() => {
    const { ms } = timeLeft(times, receivedAt, Date.now())
    const tick = async () => {
      const isDue = ms > WARNING_MS || Date.now() - receivedAt > LOOK_EVERY_MS
      if (isDue) await look('unattended').catch(() => undefined)
      setNow(Date.now())
    }
    // Nothing came of asking: without the service nobody can stay, and the calls should not stay on screen.
    if (ms <= 0) session.end('expired')
    const timer = setTimeout(() => void tick(), ms > WARNING_MS ? ms - WARNING_MS : SECOND)
    return () => clearTimeout(timer)
  }, [times, receivedAt, now, look, session])

  useEffect(() => {
    // A computer that slept woke up: its timers did not run.
    const wake = () => {
      if (document.visibilityState === 'visible') void look('unattended').catch(() => undefined)
    }
    document.addEventListener('visibilitychange', wake)
    return () => document.removeEventListener('visibilitychange', wake)
  }, [look])

  return { now, look }
}

function Countdown({ text, left }: { readonly text: string; readonly left: TimeLeft }) {
  const w = useWords(words)
  return (
    <p>
      {text} <strong aria-hidden="true">{clockOf(left.ms)}</strong>
      <span aria-live="polite" className="unseen">
        {w.left(spokenMark(left.ms))}
      </span>
    </p>
  )
}

function IdleWarning({ left, onStay }: { readonly left: TimeLeft; readonly onStay: () => Promise<void> }) {
  const w = useWords(words)
  const leaving = useLogOut()
  const [failed, setFailed] = useState(false)
  // Whoever closes the warning is there.
  const stay = () => {
    setFailed(false)
    onStay().catch(() => setFailed(true))
  }
  return (
    <Dialog title={w.warning} onClose={stay}>
      <Countdown text={w.idle} left={left} />
      <p>{w.unsent}</p>
      {failed && (
        <p className="notice notice--alert" role="alert">
          {w.stayFailed}
        </p>
      )}
      <p className="acts">
        <button className="button button--main" type="button" onClick={stay}>
          {w.stay}
        </button>
        <button className="button" type="button" onClick={() => leaving.mutate()}>
          {w.out}
        </button>
      </p>
    </Dialog>
  )
}

function LimitWarning({ left, onDismiss }: { readonly left: TimeLeft; readonly onDismiss: () => void }) {
  const w = useWords(words)
  const { pathname, search } = useLocation()
  return (
    <Dialog title={w.warning} onClose={onDismiss}>
      <Countdown text={w.limit} left={left} />
      <p>{w.againText}</p>
      <p className="acts">
        <a className="button button--main" href={stepUpUrl(pathname + search)}>
          {w.again}
        </a>
      </p>
    </Dialog>
  )
}

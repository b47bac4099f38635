import { useSyncExternalStore } from 'react'
import { useLocation } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useWords } from '../i18n/words.ts'
import { Dialog } from '../ui/dialog.tsx'
import { usePage } from './context.ts'
import { stepUpUrl } from './session.ts'
import { needsConfirming } from './session-times.ts'
import { words } from './session-words.ts'

export interface StepUp {
  /** Whether an act that cannot be taken back needs a new login first, or soon will. */
  readonly isNeeded: () => boolean
  /** Opens the question; the answer is a login that comes back to this page. */
  readonly ask: () => void
}

/**
 * For acts that the service refuses with `step_up_required`. The refusal opens the question by itself; asking
 * before somebody fills in a form spares them filling it in twice.
 */
export function useStepUp(): StepUp {
  const { session } = usePage()
  const me = useMe()
  return {
    isNeeded: () => needsConfirming(me.data?.session ?? null, me.dataUpdatedAt, Date.now()),
    ask: () => session.confirm(true),
  }
}

/** The question, once for the whole page. */
export function StepUpQuestion() {
  const w = useWords(words)
  const { session } = usePage()
  const isAsked = useSyncExternalStore(session.subscribe, session.readConfirming)
  const { pathname, search } = useLocation()
  if (!isAsked) return null
  const stop = () => session.confirm(false)
  return (
    <Dialog title={w.confirm} onClose={stop}>
      <p>{w.confirmText}</p>
      <p>{w.confirmUnsent}</p>
      <p className="acts">
        <a className="button button--main" href={stepUpUrl(pathname + search)}>
          {w.confirmLogIn}
        </a>
        <button className="button" type="button" onClick={stop}>
          {w.cancel}
        </button>
      </p>
    </Dialog>
  )
}

import type { ReactNode } from 'react'
import { type Sending, useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { Dialog } from './dialog.tsx'
import { ProblemNote } from './problem-note.tsx'
import { words } from './words.ts'

interface ActDialogProps<T> {
  readonly title: string
  /** What the act does, in sentences. */
  readonly effect: ReactNode
  /** What the button says that does it. */
  readonly act: string
  readonly sending: () => Sending<unknown>
  /** Paths of what may say something else afterwards. */
  readonly refreshed: readonly string[]
  readonly onDone: (answer: T) => void
  readonly onClose: () => void
  /** Fields of the act. */
  readonly children?: ReactNode
}

/** A question before an act: what it does, what it needs, and what the service said when it refused. */
export function ActDialog<T>(props: ActDialogProps<T>) {
  const { title, effect, act, sending, refreshed, onDone, onClose, children } = props
  const w = useWords(words)
  const send = useSend<T>(refreshed)
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          if (!send.isPending) send.mutate(sending(), { onSuccess: onDone })
        }}
      >
        <div className="form__whole stack">{effect}</div>
        {children}
        <div className="form__whole">
          <ProblemNote error={send.error} />
        </div>
        <div className="form__acts">
          <button className="button button--main" type="submit" aria-disabled={send.isPending}>
            {send.isPending ? w.sending : act}
          </button>
          <button className="button" type="button" onClick={onClose}>
            {w.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

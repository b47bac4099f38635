import { useState } from 'react'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { useStepUp } from '../shell/step-up.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { words as uiWords } from '../ui/words.ts'

interface ConfirmedActProps<T> {
  readonly label: string
  readonly question: string
  readonly text: string
  readonly yes: string
  readonly path: string
  readonly body?: unknown
  /** Paths below which everything on screen is asked for anew. */
  readonly refreshed: readonly string[]
  readonly onDone?: (answer: T) => void
}

/**
 * An act that cannot be taken back: a login that is fresh enough, then a question that says what will happen,
 * then the act.
 */
export function ConfirmedAct<T>({
  label,
  question,
  text,
  yes,
  path,
  body,
  refreshed,
  onDone,
}: ConfirmedActProps<T>) {
  const { cancel, sending: busy } = useWords(uiWords)
  const [isAsking, setAsking] = useState(false)
  const stepUp = useStepUp()
  const sending = useSend<T>(refreshed)
  const act = () => {
    setAsking(false)
    sending.mutate({ path, body }, { onSuccess: (answer) => onDone?.(answer) })
  }
  return (
    <>
      <button
        className="button button--main"
        type="button"
        disabled={sending.isPending}
        onClick={() => (stepUp.isNeeded() ? stepUp.ask() : setAsking(true))}
      >
        {sending.isPending ? busy : label}
      </button>
      <ProblemNote error={sending.error} />
      {isAsking && (
        <Dialog title={question} onClose={() => setAsking(false)}>
          <p>{text}</p>
          <p className="acts">
            <button className="button button--main" type="button" onClick={act}>
              {yes}
            </button>
            <button className="button" type="button" onClick={() => setAsking(false)}>
              {cancel}
            </button>
          </p>
        </Dialog>
      )}
    </>
  )
}

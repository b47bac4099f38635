import { type SubmitEvent, useState } from 'react'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { useStepUp } from '../shell/step-up.tsx'
import { TextArea, TextField } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { words as uiWords } from '../ui/words.ts'
import { words } from './words.ts'

/** As the service demands it. */
const SHORTEST_REASON = 20

/** What it means, a login that is fresh enough, and then the form. */
export function OpeningSection({ onOpened }: { readonly onOpened: () => void }) {
  const { form: w } = useWords(words)
  const stepUp = useStepUp()
  const [isAsked, setAsked] = useState(false)
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{w.meaning}</p>
      <ul className="plain-list">
        {w.means.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {isAsked ? (
        <OpeningForm
          onOpened={() => {
            setAsked(false)
            onOpened()
          }}
        />
      ) : (
        <p className="acts">
          <button
            className="button button--main"
            type="button"
            onClick={() => (stepUp.isNeeded() ? stepUp.ask() : setAsked(true))}
          >
            {w.begin}
          </button>
        </p>
      )}
    </section>
  )
}

function OpeningForm({ onOpened }: { readonly onOpened: () => void }) {
  const { form: w } = useWords(words)
  const { sending } = useWords(uiWords)
  const send = useSend(['/v1/break-glass'])
  const [recordingId, setRecordingId] = useState('')
  const [reason, setReason] = useState('')
  const [isTried, setTried] = useState(false)
  const missing = Math.max(0, SHORTEST_REASON - reason.trim().length)
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    // To where it can be put right, and where what is wrong is read out.
    if (missing > 0) event.currentTarget.querySelector('textarea')?.focus()
    if (missing > 0 || send.isPending) return
    const body = { recordingId: recordingId.trim(), reason: reason.trim() }
    send.mutate({ path: '/v1/break-glass', body }, { onSuccess: onOpened })
  }
  return (
    <form className="panel form" aria-label={w.heading} onSubmit={onSubmit}>
      <div className="form__whole">
        <TextField
          label={w.recording}
          hint={w.recordingHint}
          required
          maxLength={36}
          autoComplete="off"
          // The button that brought the form is gone.
          autoFocus
          value={recordingId}
          onValue={setRecordingId}
        />
      </div>
      <div className="form__whole">
        <TextArea
          label={w.reason}
          hint={w.reasonHint}
          problem={isTried && missing > 0 ? w.short(missing) : undefined}
          required
          maxLength={2000}
          value={reason}
          onValue={setReason}
        />
        <p className="field__hint">{missing > 0 ? w.toGo(missing) : w.enough}</p>
      </div>
      <div className="form__whole">
        <ProblemNote error={send.error} />
      </div>
      <div className="form__acts">
        <button className="button button--main" type="submit" aria-disabled={send.isPending}>
          {send.isPending ? sending : w.submit}
        </button>
      </div>
    </form>
  )
}

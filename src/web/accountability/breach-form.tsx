import { useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { TextArea, TextField } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { words as uiWords } from '../ui/words.ts'
import { type BreachDraft, NO_BREACH } from './breach-scope.ts'
import { words } from './breach-words.ts'

interface BreachFormProps {
  readonly onAsk: (draft: BreachDraft) => void
  readonly isPending: boolean
  readonly error: unknown
}

interface PartProps {
  readonly draft: BreachDraft
  readonly set: (change: Partial<BreachDraft>) => void
}

/** When, and by which account, session or recordings; without those, everybody in that time. */
export function BreachForm({ onAsk, isPending, error }: BreachFormProps) {
  const { form: w } = useWords(words)
  const { sending } = useWords(uiWords)
  const [draft, setDraft] = useState(NO_BREACH)
  const set = (change: Partial<BreachDraft>) => setDraft({ ...draft, ...change })
  return (
    <form
      className="panel form"
      aria-label={w.form}
      onSubmit={(event) => {
        event.preventDefault()
        onAsk(draft)
      }}
    >
      <TimeFields draft={draft} set={set} />
      <ScopeFields draft={draft} set={set} />
      <div className="form__whole">
        <ProblemNote error={error} />
      </div>
      <div className="form__acts">
        <button className="button button--main" type="submit" aria-disabled={isPending}>
          {isPending ? sending : w.submit}
        </button>
      </div>
    </form>
  )
}

function TimeFields({ draft, set }: PartProps) {
  const { form: w } = useWords(words)
  return (
    <>
      <TextField label={w.from} type="date" required value={draft.from} onValue={(from) => set({ from })} />
      <TextField
        label={w.to}
        hint={w.toHint}
        type="date"
        required
        min={draft.from}
        value={draft.to}
        onValue={(to) => set({ to })}
      />
      <TextField
        label={w.awareAt}
        hint={w.awareAtHint}
        type="datetime-local"
        value={draft.awareAt}
        onValue={(awareAt) => set({ awareAt })}
      />
    </>
  )
}

function ScopeFields({ draft, set }: PartProps) {
  const { form: w } = useWords(words)
  return (
    <>
      <TextField
        label={w.actor}
        hint={w.actorHint}
        maxLength={255}
        autoComplete="off"
        value={draft.actor}
        onValue={(actor) => set({ actor })}
      />
      <TextField
        label={w.session}
        hint={w.sessionHint}
        maxLength={36}
        autoComplete="off"
        value={draft.sessionRef}
        onValue={(sessionRef) => set({ sessionRef })}
      />
      <div className="form__whole">
        <TextArea
          label={w.recordings}
          hint={w.recordingsHint}
          maxLength={40_000}
          value={draft.recordings}
          onValue={(recordings) => set({ recordings })}
        />
      </div>
    </>
  )
}

import { useState } from 'react'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import { eventChoices } from './event-names.ts'
import { words } from './words.ts'

/** Which events to show; empty texts mean all. It lives in memory only: an account belongs in no address of a page. */
export interface Filter {
  readonly type: string
  readonly from: string
  readonly to: string
  readonly recordingId: string
  readonly actor: string
}

export const NO_FILTER: Filter = { type: '', from: '', to: '', recordingId: '', actor: '' }

interface LogFiltersProps {
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
}

/** Asked for by a button: each look at the log is on record itself. */
export function LogFilters({ filter, onFilter }: LogFiltersProps) {
  const { filters: w } = useWords(words)
  const language = useLanguage()
  const [draft, setDraft] = useState(filter)
  const set = (change: Partial<Filter>) => setDraft({ ...draft, ...change })
  return (
    <form
      className="panel form"
      aria-label={w.form}
      onSubmit={(event) => {
        event.preventDefault()
        onFilter(draft)
      }}
    >
      <SelectField
        label={w.type}
        value={draft.type}
        onValue={(type) => set({ type })}
        choices={[{ value: '', label: w.anyType }, ...eventChoices(language)]}
      />
      <TextField label={w.from} type="date" value={draft.from} onValue={(from) => set({ from })} />
      <TextField label={w.to} type="date" value={draft.to} onValue={(to) => set({ to })} />
      <TextField
        label={w.recording}
        maxLength={36}
        autoComplete="off"
        value={draft.recordingId}
        onValue={(recordingId) => set({ recordingId })}
      />
      <TextField
        label={w.actor}
        maxLength={255}
        autoComplete="off"
        value={draft.actor}
        onValue={(actor) => set({ actor })}
      />
      <div className="form__acts">
        <button className="button button--main" type="submit">
          {w.submit}
        </button>
        <button
          className="button"
          type="button"
          onClick={() => {
            setDraft(NO_FILTER)
            onFilter(NO_FILTER)
          }}
        >
          {w.clear}
        </button>
      </div>
    </form>
  )
}

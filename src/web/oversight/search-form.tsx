import { useState } from 'react'
import { useNames } from '../i18n/language.ts'
import { nl } from '../i18n/nl.ts'
import { useWords } from '../i18n/words.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import { ReasonFields } from './reason-fields.tsx'
import { words } from './recordings-words.ts'
import { NO_SEARCH, REFERENCES, type ReferenceKind, type Search, useSearchState } from './search-state.ts'
import { words as shared } from './words.ts'

/** What is looked for, and why. */
export function SearchForm() {
  const w = useWords(words)
  const { search, setSearch } = useSearchState()
  const [draft, setDraft] = useState(search)
  const set = (change: Partial<Search>) => setDraft({ ...draft, ...change })
  return (
    <form
      className="panel form"
      aria-label={w.form}
      onSubmit={(event) => {
        event.preventDefault()
        setSearch({ ...draft, isAsked: true })
      }}
    >
      <ReasonFields declared={draft.declared} onDeclared={(declared) => set({ declared })} />
      <SelectField
        label={w.kind}
        value={draft.kind}
        onValue={(kind) => set({ kind: kind as ReferenceKind })}
        choices={REFERENCES.map((kind) => ({ value: kind, label: w.kinds[kind] }))}
      />
      <TextField
        label={w.reference}
        hint={w.referenceHint}
        maxLength={100}
        autoComplete="off"
        value={draft.reference}
        onValue={(reference) => set({ reference })}
      />
      <Filters draft={draft} set={set} />
      <div className="form__acts">
        <button className="button button--main" type="submit">
          {w.search}
        </button>
        <button
          className="button"
          type="button"
          onClick={() => {
            setDraft(NO_SEARCH)
            setSearch(NO_SEARCH)
          }}
        >
          {w.clear}
        </button>
      </div>
    </form>
  )
}

interface FiltersProps {
  readonly draft: Search
  readonly set: (change: Partial<Search>) => void
}

function Filters({ draft, set }: FiltersProps) {
  const w = useWords(words)
  const { status } = useWords(shared)
  const name = useNames()
  return (
    <>
      <SelectField
        label={w.status}
        value={draft.status}
        onValue={(value) => set({ status: value })}
        choices={[
          { value: '', label: w.anyStatus },
          ...Object.entries(status).map(([value, label]) => ({ value, label })),
        ]}
      />
      <SelectField
        label={w.purpose}
        value={draft.purpose}
        onValue={(purpose) => set({ purpose })}
        choices={[
          { value: '', label: w.anyPurpose },
          ...Object.keys(nl.purpose).map((value) => ({ value, label: name('purpose', value) })),
        ]}
      />
      <TextField label={w.from} type="date" value={draft.from} onValue={(from) => set({ from })} />
      <TextField label={w.to} type="date" value={draft.to} onValue={(to) => set({ to })} />
    </>
  )
}

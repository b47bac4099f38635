import { useWords } from '../i18n/words.ts'
import { SelectField, TextArea, TextField } from '../ui/field.tsx'
import { words } from './ask-words.ts'
import { BASES } from './contract.ts'
import type { PartProps } from './recipient-fields.tsx'
import { words as shared } from './words.ts'

/** What for, and on which ground; what is demanded depends on the kind of recipient. */
export function GroundFields({ draft, set }: PartProps) {
  const w = useWords(words)
  const { basis } = useWords(shared)
  const { type } = draft
  return (
    <section className="panel">
      <h2>{w.why}</h2>
      <div className="form">
        <TextField
          label={w.purpose}
          hint={w.purposeHint}
          required
          maxLength={200}
          value={draft.purpose}
          onValue={(purpose) => set({ purpose })}
        />
        <SelectField
          label={w.basis}
          value={draft.legalBasis}
          onValue={(legalBasis) => set({ legalBasis })}
          choices={BASES.map((value) => ({ value, label: basis[value] ?? value }))}
        />
        <TextField
          label={w.statute}
          required={type === 'authority'}
          maxLength={300}
          value={draft.statute}
          onValue={(statute) => set({ statute })}
        />
        <TextField
          label={w.letter}
          required={type === 'authority' || type === 'other_institution'}
          maxLength={200}
          value={draft.letterRef}
          onValue={(letterRef) => set({ letterRef })}
        />
        {type === 'member_controller' && <TransferFields draft={draft} set={set} />}
        <div className="form__whole">
          <TextArea
            label={w.reason}
            required
            maxLength={2000}
            value={draft.reason}
            onValue={(reason) => set({ reason })}
          />
        </div>
      </div>
    </section>
  )
}

/** The request of the member that it is for, and the address that was confirmed with it. */
function TransferFields({ draft, set }: PartProps) {
  const w = useWords(words)
  return (
    <>
      <TextField
        label={w.request}
        hint={w.requestHint}
        required
        autoComplete="off"
        value={draft.privacyRequestId}
        onValue={(privacyRequestId) => set({ privacyRequestId })}
      />
      <TextField
        type="url"
        label={w.push}
        hint={w.pushHint}
        maxLength={2000}
        autoComplete="off"
        value={draft.pushUrl}
        onValue={(pushUrl) => set({ pushUrl })}
      />
    </>
  )
}

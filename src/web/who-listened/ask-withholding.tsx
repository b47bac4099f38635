import { useState } from 'react'
import { useMe } from '../api/queries.ts'
import { useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { SelectField, TextArea, TextField } from '../ui/field.tsx'
import { words } from './withholding-words.ts'

interface AskWithholdingProps {
  readonly onDone: () => void
  readonly onClose: () => void
}

const EMPTY = { caseRef: '', necessity: '', proportionality: '', withheldUntil: '', reviewBy: '' }

/** As the service demands it. */
const SHORTEST = 20

/** Which investigation, why, and until when. */
export function AskWithholding({ onDone, onClose }: AskWithholdingProps) {
  const { asking: w } = useWords(words)
  const name = useNames()
  const entities = useMe().data?.entities ?? []
  const [entity, setEntity] = useState(entities[0] ?? '')
  const [draft, setDraft] = useState(EMPTY)
  const set = (change: Partial<typeof EMPTY>) => setDraft({ ...draft, ...change })
  return (
    <ActDialog
      title={w.title}
      effect={<p>{w.effect}</p>}
      act={w.act}
      sending={() => ({ path: '/v1/withheld-accesses', body: { entity, ...draft } })}
      refreshed={['/v1/withheld-accesses']}
      onDone={onDone}
      onClose={onClose}
    >
      {entities.length > 1 && (
        <SelectField
          label={w.entity}
          value={entity}
          onValue={setEntity}
          choices={entities.map((value) => ({ value, label: name('entity', value) }))}
        />
      )}
      <TextField
        label={w.caseRef}
        hint={w.caseRefHint}
        required
        maxLength={100}
        autoComplete="off"
        value={draft.caseRef}
        onValue={(caseRef) => set({ caseRef })}
      />
      <WhyFields draft={draft} set={set} />
      <UntilFields draft={draft} set={set} />
    </ActDialog>
  )
}

interface PartProps {
  readonly draft: typeof EMPTY
  readonly set: (change: Partial<typeof EMPTY>) => void
}

function WhyFields({ draft, set }: PartProps) {
  const { asking: w } = useWords(words)
  return (
    <>
      <div className="form__whole">
        <TextArea
          label={w.necessity}
          hint={w.necessityHint}
          required
          minLength={SHORTEST}
          maxLength={2000}
          value={draft.necessity}
          onValue={(necessity) => set({ necessity })}
        />
      </div>
      <div className="form__whole">
        <TextArea
          label={w.proportionality}
          hint={w.proportionalityHint}
          required
          minLength={SHORTEST}
          maxLength={2000}
          value={draft.proportionality}
          onValue={(proportionality) => set({ proportionality })}
        />
      </div>
    </>
  )
}

function UntilFields({ draft, set }: PartProps) {
  const { asking: w } = useWords(words)
  return (
    <>
      <TextField
        type="date"
        label={w.until}
        hint={w.untilHint}
        required
        value={draft.withheldUntil}
        onValue={(withheldUntil) => set({ withheldUntil })}
      />
      <TextField
        type="date"
        label={w.reviewBy}
        hint={w.reviewByHint}
        required
        max={draft.withheldUntil}
        value={draft.reviewBy}
        onValue={(reviewBy) => set({ reviewBy })}
      />
    </>
  )
}

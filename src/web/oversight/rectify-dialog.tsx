import { useState } from 'react'
import { useNames } from '../i18n/language.ts'
import { nl } from '../i18n/nl.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { SelectField, TextField } from '../ui/field.tsx'
import type { Recording } from './contract.ts'
import { words } from './recording-words.ts'

const FIELDS = ['memberRef', 'agentRef', 'team'] as const
const LINKS = ['policy', 'claim', 'complaint'] as const

type Draft = Readonly<Record<'product' | (typeof FIELDS)[number] | (typeof LINKS)[number], string>>

const EMPTY: Draft = {
  ...{ product: '', memberRef: '', agentRef: '', team: '', policy: '' },
  ...{ claim: '', complaint: '' },
}

interface RectifyDialogProps {
  readonly recording: Recording
  readonly onClose: () => void
  readonly onDone: () => void
}

/** What a recording says of its call, set right (Art. 16 GDPR); what is left empty stays. */
export function RectifyDialog({ recording: { id }, onClose, onDone }: RectifyDialogProps) {
  const { rectify: w } = useWords(words)
  const name = useNames()
  const [draft, setDraft] = useState(EMPTY)
  const set = (field: keyof Draft) => (value: string) => setDraft({ ...draft, [field]: value })
  const path = `/v1/recordings/${id}`
  return (
    <ActDialog
      title={w.title}
      effect={<p>{w.effect}</p>}
      act={w.act}
      sending={() => ({ path, method: 'PATCH', body: correctionOf(draft) })}
      refreshed={[path]}
      onDone={onDone}
      onClose={onClose}
    >
      <SelectField
        label={w.product}
        value={draft.product}
        onValue={set('product')}
        choices={[
          { value: '', label: w.keep },
          ...Object.keys(nl.product).map((value) => ({ value, label: name('product', value) })),
        ]}
      />
      {[...FIELDS, ...LINKS].map((field) => (
        <TextField
          key={field}
          label={w[field]}
          value={draft[field]}
          maxLength={100}
          autoComplete="off"
          onValue={set(field)}
        />
      ))}
    </ActDialog>
  )
}

/** Only what was filled in. */
export function correctionOf(draft: Draft): Record<string, unknown> {
  const filled = (names: readonly (keyof Draft)[]) =>
    Object.fromEntries(names.map((name) => [name, draft[name].trim()]).filter(([, value]) => value !== ''))
  const links = filled(LINKS)
  return { ...filled(['product', ...FIELDS]), ...(Object.keys(links).length > 0 ? { links } : {}) }
}

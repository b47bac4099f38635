import { useState } from 'react'
import type { Sending } from '../api/use-api.ts'
import { useNames } from '../i18n/language.ts'
import { nl } from '../i18n/nl.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { SelectField, TextArea } from '../ui/field.tsx'
import type { OfficerPurpose, Recording } from './contract.ts'
import { words } from './purposes-words.ts'
import { words as shared } from './words.ts'

export type PurposeAct = 'object' | 'remove' | 'uphold' | 'resume'

interface DialogProps {
  readonly onClose: () => void
  readonly onDone: (news: string) => void
}

interface AddProps extends DialogProps {
  readonly recording: Recording
}

/** Keeps the recording for one more purpose, with the reason why that is compatible. */
export function AddPurposeDialog({ recording, onClose, onDone }: AddProps) {
  const { add: w, purpose: label } = useWords(words)
  const { choose } = useWords(shared)
  const name = useNames()
  const [purpose, setPurpose] = useState('')
  const [compatibleUse, setCompatibleUse] = useState('')
  const path = `/v1/recordings/${recording.id}`
  const has = new Set(recording.purposes.map((tag) => tag.purpose))
  return (
    <ActDialog
      title={w.title}
      effect={<p>{w.effect}</p>}
      act={w.act}
      sending={() => ({ path: `${path}/purposes`, body: { purpose, compatibleUse } })}
      refreshed={[path]}
      onDone={() => onDone(w.done)}
      onClose={onClose}
    >
      <SelectField
        label={label}
        required
        value={purpose}
        onValue={setPurpose}
        choices={[
          { value: '', label: choose },
          ...Object.keys(nl.purpose)
            .filter((code) => !has.has(code))
            .map((value) => ({ value, label: name('purpose', value) })),
        ]}
      />
      <div className="form__whole">
        <TextArea
          label={w.why}
          hint={w.whyHint}
          required
          maxLength={1000}
          value={compatibleUse}
          onValue={setCompatibleUse}
        />
      </div>
    </ActDialog>
  )
}

interface PurposeDialogProps extends DialogProps {
  readonly id: string
  readonly tag: OfficerPurpose
  readonly act: PurposeAct
}

const REASONS = ['removed', 'consent_withdrawn', 'objection_upheld'] as const
type Because = (typeof REASONS)[number]

/** Consent can be withdrawn, and to a legitimate interest one can object (Art. 7(3) and 21 GDPR). */
const fitsBasis = (because: Because, legalBasis: string): boolean =>
  because === 'removed' ||
  legalBasis === (because === 'consent_withdrawn' ? 'consent' : 'legitimate_interests')

/** A decision about one purpose: what it does is said before it is done. */
export function PurposeDialog({ id, tag, act, onClose, onDone }: PurposeDialogProps) {
  const w = useWords(words)
  const name = useNames()
  const [because, setBecause] = useState<Because>('removed')
  const path = `/v1/recordings/${id}`
  const texts = w[act]
  return (
    <ActDialog
      title={texts.title(name('purpose', tag.purpose))}
      effect={<p>{act === 'uphold' ? w.remove.effect : w[act].effect}</p>}
      act={texts.act}
      sending={() => sendingOf(`${path}/purposes/${encodeURIComponent(tag.purpose)}`, act, because)}
      refreshed={[path]}
      onDone={() => onDone(texts.done)}
      onClose={onClose}
    >
      {act === 'remove' && (
        <SelectField
          label={w.remove.because}
          value={because}
          onValue={(value) => setBecause(value as Because)}
          choices={REASONS.filter((value) => fitsBasis(value, tag.legalBasis)).map((value) => ({
            value,
            label: w.remove.reasons[value],
          }))}
        />
      )}
    </ActDialog>
  )
}

function sendingOf(path: string, act: PurposeAct, because: Because): Sending<unknown> {
  if (act === 'object') return { path: `${path}/objection` }
  if (act === 'resume') return { path: `${path}/objection`, method: 'DELETE' }
  const why = act === 'uphold' ? 'objection_upheld' : because
  return { path: `${path}?because=${why}`, method: 'DELETE' }
}

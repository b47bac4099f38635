import { useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { SelectField, TextArea } from '../ui/field.tsx'
import type { Emergency } from './contract.ts'
import { words } from './words.ts'

interface ReviewDialogProps {
  readonly emergency: Emergency
  readonly onDone: () => void
  readonly onClose: () => void
}

/** The verdict of somebody else on an emergency access. */
export function ReviewDialog({ emergency: { id, openedBy, reason }, onDone, onClose }: ReviewDialogProps) {
  const { judging: w } = useWords(words)
  const [outcome, setOutcome] = useState('')
  const [note, setNote] = useState('')
  return (
    <ActDialog
      title={w.title}
      effect={
        <>
          <p>{w.wrote(openedBy)}</p>
          <blockquote className="notice">{reason}</blockquote>
          <p>{w.effect}</p>
        </>
      }
      act={w.act}
      sending={() => ({ path: `/v1/break-glass/${id}/review`, body: { outcome, note } })}
      refreshed={['/v1/break-glass']}
      onDone={onDone}
      onClose={onClose}
    >
      <SelectField
        label={w.outcome}
        required
        value={outcome}
        onValue={setOutcome}
        choices={[
          { value: '', label: w.choose },
          { value: 'justified', label: w.justified },
          { value: 'unjustified', label: w.unjustified },
        ]}
      />
      <div className="form__whole">
        <TextArea label={w.note} hint={w.noteHint} required maxLength={2000} value={note} onValue={setNote} />
      </div>
    </ActDialog>
  )
}

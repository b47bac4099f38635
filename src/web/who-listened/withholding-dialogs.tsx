import { useState } from 'react'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { SelectField, TextArea, TextField } from '../ui/field.tsx'
import type { Withholding } from './contract.ts'
import { words } from './withholding-words.ts'

export type WithholdingAct = 'approve' | 'review' | 'withdraw'

interface ActProps {
  readonly withholding: Withholding
  /** With what to say of it. */
  readonly onDone: (text: string) => void
  readonly onClose: () => void
}

const REFRESHED = ['/v1/withheld-accesses', '/v1/recordings']

export function ActOnWithholding({ act, ...props }: ActProps & { readonly act: WithholdingAct }) {
  if (act === 'approve') return <Approve {...props} />
  return act === 'review' ? <Review {...props} /> : <Withdraw {...props} />
}

/** A second officer reads why, and agrees. */
function Approve({ withholding, onDone, onClose }: ActProps) {
  const w = useWords(words)
  const { approving, necessity, proportionality } = w
  const language = useLanguage()
  const { id, caseRef, withheldUntil } = withholding
  return (
    <ActDialog
      title={approving.title}
      effect={
        <>
          <p>{approving.effect(caseRef, calendarDay(withheldUntil, language))}</p>
          <p>
            <strong>{necessity}:</strong> {withholding.necessity}
          </p>
          <p>
            <strong>{proportionality}:</strong> {withholding.proportionality}
          </p>
        </>
      }
      act={approving.act}
      sending={() => ({ path: `/v1/withheld-accesses/${id}/approval` })}
      refreshed={REFRESHED}
      onDone={() => onDone(w.approved)}
      onClose={onClose}
    />
  )
}

/** It goes on until the next look, or ends at once. */
function Review({ withholding: { id, withheldUntil }, onDone, onClose }: ActProps) {
  const w = useWords(words)
  const { reviewing } = w
  const { asking } = w
  const language = useLanguage()
  const [outcome, setOutcome] = useState('keep')
  const [note, setNote] = useState('')
  const [reviewBy, setReviewBy] = useState('')
  const isKept = outcome === 'keep'
  return (
    <ActDialog
      title={reviewing.title}
      effect={
        <p>{isKept ? reviewing.keepEffect(calendarDay(withheldUntil, language)) : reviewing.liftEffect}</p>
      }
      act={reviewing.act}
      sending={() => ({
        path: `/v1/withheld-accesses/${id}/review`,
        body: { outcome, note, ...(isKept ? { reviewBy } : {}) },
      })}
      refreshed={REFRESHED}
      onDone={() => onDone(isKept ? w.reviewed : w.ended)}
      onClose={onClose}
    >
      <SelectField
        label={reviewing.outcome}
        value={outcome}
        onValue={setOutcome}
        choices={[
          { value: 'keep', label: reviewing.keep },
          { value: 'lift', label: reviewing.lift },
        ]}
      />
      {isKept && (
        <TextField
          type="date"
          label={asking.reviewBy}
          hint={asking.reviewByHint}
          required
          max={withheldUntil}
          value={reviewBy}
          onValue={setReviewBy}
        />
      )}
      <div className="form__whole">
        <TextArea label={reviewing.note} required maxLength={2000} value={note} onValue={setNote} />
      </div>
    </ActDialog>
  )
}

/** A proposal that nobody agreed to yet is taken back. */
function Withdraw({ withholding: { id }, onDone, onClose }: ActProps) {
  const w = useWords(words)
  const { withdrawing } = w
  const [note, setNote] = useState('')
  return (
    <ActDialog
      title={withdrawing.title}
      effect={<p>{withdrawing.effect}</p>}
      act={withdrawing.act}
      sending={() => ({ path: `/v1/withheld-accesses/${id}/review`, body: { outcome: 'lift', note } })}
      refreshed={REFRESHED}
      onDone={() => onDone(w.withdrawn)}
      onClose={onClose}
    >
      <div className="form__whole">
        <TextArea label={withdrawing.note} required maxLength={2000} value={note} onValue={setNote} />
      </div>
    </ActDialog>
  )
}

import { useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { TextArea, TextField } from '../ui/field.tsx'
import { words } from './holds-words.ts'

export type HoldAct = 'review' | 'release'

interface HoldDialogProps {
  readonly id: string
  readonly act: HoldAct
  readonly onDone: () => void
  readonly onClose: () => void
}

/** Lets a hold go on for another while, or ends it; both with the reason. */
export function HoldDialog({ id, act, onDone, onClose }: HoldDialogProps) {
  const w = useWords(words)
  const [reason, setReason] = useState('')
  const [reviewBy, setReviewBy] = useState('')
  const isReview = act === 'review'
  return (
    <ActDialog
      title={isReview ? w.reviewTitle : w.releaseTitle}
      effect={<p>{isReview ? w.reviewEffect : w.releaseEffect}</p>}
      act={isReview ? w.reviewAct : w.releaseAct}
      sending={() => ({
        path: `/v1/holds/${id}/${act}`,
        body: isReview ? { reason, reviewBy } : { reason },
      })}
      refreshed={['/v1/holds', '/v1/recordings', '/v1/overview']}
      onDone={onDone}
      onClose={onClose}
    >
      {isReview && <TextField label={w.next} type="date" required value={reviewBy} onValue={setReviewBy} />}
      <div className="form__whole">
        <TextArea
          label={isReview ? w.reviewWhy : w.releaseWhy}
          required
          maxLength={2000}
          value={reason}
          onValue={setReason}
        />
      </div>
    </ActDialog>
  )
}

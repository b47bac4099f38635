import { fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { words } from './approval-words.ts'
import { ConfirmedAct } from './confirmed-act.tsx'
import type { Review } from './contract.ts'

/** A recording in quarantine that people may look at before it is destroyed. */
export function ReviewItem({ review }: { readonly review: Review }) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const about = review.product === null ? '' : `, ${name('product', review.product)}`
  return (
    <li className="panel">
      <h3>{w.review}</h3>
      <p>
        <code>{review.recordingId}</code>
      </p>
      <p className="field__hint">
        {name('entity', review.entity)}
        {about}. {w.quarantined(fullDay(review.quarantinedAt, language))}. {w.rule}:{' '}
        <code>{review.rule}</code>.
      </p>
      <p>
        {w.reviewLine(fullDay(review.destroyedAfter, language))} {w.confirmations(review.confirmations)}.
      </p>
      {review.confirmedByMe ? (
        <p className="notice">{w.ownConfirmed}</p>
      ) : (
        <ConfirmedAct
          label={w.confirm}
          question={w.confirmSure}
          text={w.confirmSureText}
          yes={w.confirm}
          path={`/v1/retention/reviews/${review.recordingId}/confirm`}
          refreshed={['/v1/retention/reviews']}
        />
      )}
    </li>
  )
}

import { useState } from 'react'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import type { PrivacyRequest } from '../rights/contract.ts'
import { TextArea } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { actWords } from './act-words.ts'

/** A second person agrees with a refusal on the grounds of Art. 41 UAVG, or does not. */
export function Approval({ request }: { readonly request: PrivacyRequest }) {
  const { decide: w } = useWords(actWords)
  const [note, setNote] = useState('')
  const sending = useSend(['/v1/privacy-requests'])
  const send = (approve: boolean) =>
    !sending.isPending &&
    sending.mutate({
      path: `/v1/privacy-requests/${request.id}/approval`,
      body: { approve, note: note.trim() },
    })
  const proposed = request.items.find(({ state }) => state === 'proposed')
  return (
    <section className="section">
      <h2>{w.approveHeading}</h2>
      <p>{w.approveText}</p>
      {proposed?.restriction && (
        <dl>
          <dt>{w.necessity}</dt>
          <dd className="own-words">{proposed.restriction.necessity}</dd>
          <dt>{w.proportionality}</dt>
          <dd className="own-words">{proposed.restriction.proportionality}</dd>
        </dl>
      )}
      <TextArea label={w.approveNote} required maxLength={2000} value={note} onValue={setNote} />
      <ProblemNote error={sending.error} />
      <p className="acts">
        <button className="button button--main" type="button" onClick={() => send(true)}>
          {w.approve}
        </button>
        <button className="button" type="button" onClick={() => send(false)}>
          {w.decline}
        </button>
      </p>
    </section>
  )
}

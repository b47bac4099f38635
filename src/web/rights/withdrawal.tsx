import { useState } from 'react'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { pageWords } from './page-words.ts'

/** Taking a request back; asked once more, because what is being kept for it may then go. */
export function Withdrawal({ id }: { readonly id: string }) {
  const { acts: w } = useWords(pageWords)
  const [isAsking, setAsking] = useState(false)
  const sending = useSend(['/v1/privacy-requests'])
  const yes = () =>
    sending.mutate({ path: `/v1/privacy-requests/${id}/withdrawal` }, { onSuccess: () => setAsking(false) })
  return (
    <section className="section">
      <button className="button" type="button" onClick={() => setAsking(true)}>
        {w.withdraw}
      </button>
      {isAsking && (
        <Dialog title={w.withdrawTitle} onClose={() => setAsking(false)}>
          <div className="question">
            <p>{w.withdrawText}</p>
            <ProblemNote error={sending.error} />
            <div className="acts">
              <button
                className="button button--main"
                type="button"
                aria-disabled={sending.isPending}
                onClick={() => !sending.isPending && yes()}
              >
                {sending.isPending ? w.sending : w.withdrawYes}
              </button>
              <button className="button" type="button" onClick={() => setAsking(false)}>
                {w.no}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </section>
  )
}

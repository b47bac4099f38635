import { type ReactNode, type SubmitEvent, useState } from 'react'
import { useSend } from '../api/use-api.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { TextArea } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import type { PrivacyRequest } from './contract.ts'
import { pageWords } from './page-words.ts'

const ASKS = [
  'answer_identity',
  'confirm_identity',
  'confirm_address',
  'accept_fee',
  'confirm_download',
  'add_view',
]

/** What the organisation needs from the member before it can go on; nothing, most of the time. */
export function AskedOfMember({ request }: { readonly request: PrivacyRequest }) {
  const { acts: w } = useWords(pageWords)
  const { id, allowed } = request
  if (!allowed.some((step) => ASKS.includes(step))) return null
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <WhoAsks request={request} />
      <Agreements request={request} />
      {allowed.includes('add_view') && (
        <Written
          id={id}
          act="view"
          bodyOf={(text) => ({ text })}
          label={w.view}
          hint={w.viewHint}
          send={w.viewAct}
        />
      )}
    </section>
  )
}

/** Being sure that it is the member who asks: a question to answer, or a yes to what was filed for them. */
function WhoAsks({ request: { id, allowed, identity } }: { readonly request: PrivacyRequest }) {
  const { acts: w } = useWords(pageWords)
  return (
    <>
      {allowed.includes('answer_identity') && (
        <Written
          id={id}
          act="identity"
          bodyOf={(answer) => ({ action: 'answer', answer })}
          label={w.answer}
          hint={w.answerHint}
          send={w.send}
        >
          <p>{w.question}</p>
          <p className="own-words">{identity.question}</p>
        </Written>
      )}
      {allowed.includes('confirm_identity') && (
        <Yes id={id} act="identity" body={{ action: 'confirm', how: 'portal' }} send={w.confirmAct}>
          {w.confirm}
        </Yes>
      )}
    </>
  )
}

function Agreements({ request: { id, allowed, fee, transfer } }: { readonly request: PrivacyRequest }) {
  const { acts: w } = useWords(pageWords)
  const language = useLanguage()
  return (
    <>
      {allowed.includes('confirm_address') && transfer && (
        <Yes id={id} act="confirm-address" send={w.addressAct}>
          {w.address(transfer.name, transfer.address)}
        </Yes>
      )}
      {allowed.includes('accept_fee') && (
        <Yes id={id} act="fee/acceptance" send={w.feeAct}>
          {w.fee(euros(fee.cents, language))} {w.feeHint}
        </Yes>
      )}
      {allowed.includes('confirm_download') && (
        <Yes id={id} act="confirm-download" send={w.downloadAct}>
          {w.download}
        </Yes>
      )}
    </>
  )
}

const euros = (cents: number, language: 'nl' | 'en'): string =>
  new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }).format(cents / 100)

interface ActProps {
  readonly id: string
  /** Path below the request. */
  readonly act: string
  readonly body?: unknown
  /** What the button says. */
  readonly send: string
  readonly children?: ReactNode
}

function Yes({ id, act, body, send, children }: ActProps) {
  const { acts: w } = useWords(pageWords)
  const sending = useSend(['/v1/privacy-requests'])
  return (
    <div className="panel">
      <p>{children}</p>
      <ProblemNote error={sending.error} />
      <p className="acts">
        <button
          className="button button--main"
          type="button"
          aria-disabled={sending.isPending}
          onClick={() =>
            !sending.isPending && sending.mutate({ path: `/v1/privacy-requests/${id}/${act}`, body })
          }
        >
          {sending.isPending ? w.sending : send}
        </button>
      </p>
    </div>
  )
}

function Written({
  id,
  act,
  bodyOf,
  label,
  hint,
  send,
  children,
}: ActProps & { readonly bodyOf: (text: string) => unknown; readonly label: string; readonly hint: string }) {
  const { acts: w } = useWords(pageWords)
  const [text, setText] = useState('')
  const sending = useSend(['/v1/privacy-requests'])
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (sending.isPending || !text.trim()) return
    sending.mutate(
      { path: `/v1/privacy-requests/${id}/${act}`, body: bodyOf(text.trim()) },
      { onSuccess: () => setText('') },
    )
  }
  return (
    <form className="panel" onSubmit={submit}>
      {children}
      <TextArea label={label} hint={hint} required maxLength={4000} value={text} onValue={setText} />
      <ProblemNote error={sending.error} />
      <p className="acts">
        <button className="button button--main" type="submit" aria-disabled={sending.isPending}>
          {sending.isPending ? w.sending : send}
        </button>
      </p>
    </form>
  )
}

import { type ReactNode, useState } from 'react'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import type { PrivacyRequest } from '../rights/contract.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { actWords } from './act-words.ts'
import { AskForm, ConfirmForm, ExtendForm, FailForm, FeeForm } from './handling-forms.tsx'

const FORMS = {
  extend: ExtendForm,
  ask: AskForm,
  confirm: ConfirmForm,
  fail: FailForm,
  fee: FeeForm,
} as const
type Form = keyof typeof FORMS

/** What the API lets this officer do, act by act. */
const STEP_OF: Readonly<Record<Form, string>> = {
  extend: 'extend',
  ask: 'ask_identity',
  confirm: 'confirm_identity',
  fail: 'confirm_identity',
  fee: 'record_fee',
}

/** What can be done with a request beside deciding on it: one form open at a time. */
export function Handling({ request }: { readonly request: PrivacyRequest }) {
  const { acts: w } = useWords(actWords)
  const [opened, setOpened] = useState<Form | null>(null)
  const { id, allowed, identity } = request
  const possible = (Object.keys(FORMS) as Form[]).filter((form) => allowed.includes(STEP_OF[form]))
  const mayTakeUp = allowed.includes('take_up')
  if (possible.length === 0 && !mayTakeUp) return null
  const Opened = opened && possible.includes(opened) ? FORMS[opened] : null
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      {identity.answer && (
        <p className="own-words">
          {w.given}: {identity.answer}
        </p>
      )}
      <p className="acts">
        {mayTakeUp && <TakeUp id={id} />}
        {possible.map((form) => (
          <Opener
            key={form}
            isOpen={opened === form}
            onToggle={() => setOpened(opened === form ? null : form)}
          >
            {w[form]}
          </Opener>
        ))}
      </p>
      {Opened && <Opened id={id} onDone={() => setOpened(null)} />}
    </section>
  )
}

interface OpenerProps {
  readonly isOpen: boolean
  readonly onToggle: () => void
  readonly children: ReactNode
}

const Opener = ({ isOpen, onToggle, children }: OpenerProps) => (
  <button className="button" type="button" aria-expanded={isOpen} onClick={onToggle}>
    {children}
  </button>
)

function TakeUp({ id }: { readonly id: string }) {
  const { acts: w } = useWords(actWords)
  const sending = useSend(['/v1/privacy-requests'])
  return (
    <>
      <button
        className="button button--main"
        type="button"
        aria-disabled={sending.isPending}
        onClick={() => !sending.isPending && sending.mutate({ path: `/v1/privacy-requests/${id}/review` })}
      >
        {sending.isPending ? w.sending : w.take}
      </button>
      <ProblemNote error={sending.error} />
    </>
  )
}

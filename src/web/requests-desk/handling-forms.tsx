import { type ReactNode, type SubmitEvent, useState } from 'react'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { SelectField, TextArea, TextField } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { actWords } from './act-words.ts'

export interface ActFormProps {
  readonly id: string
  readonly onDone: () => void
}

interface FrameProps extends ActFormProps {
  readonly act: string
  readonly body: unknown
  readonly intro?: string
  readonly children: ReactNode
}

/** A form of one act on a request: what it does, its fields, and the answer of the service. */
function Frame({ id, act, body, intro, onDone, children }: FrameProps) {
  const { acts: w } = useWords(actWords)
  const sending = useSend(['/v1/privacy-requests'])
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!sending.isPending)
      sending.mutate({ path: `/v1/privacy-requests/${id}/${act}`, body }, { onSuccess: onDone })
  }
  return (
    <form className="panel" onSubmit={submit}>
      {intro && <p>{intro}</p>}
      {children}
      <ProblemNote error={sending.error} />
      <p className="acts">
        <button className="button button--main" type="submit" aria-disabled={sending.isPending}>
          {sending.isPending ? w.sending : w.save}
        </button>
        <button className="button" type="button" onClick={onDone}>
          {w.cancel}
        </button>
      </p>
    </form>
  )
}

/** Codes with their names, as a select has them. */
export const choicesOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

export function ExtendForm(props: ActFormProps) {
  const { acts: w } = useWords(actWords)
  const [reason, setReason] = useState('ComplexityOfProcess')
  const [text, setText] = useState('')
  return (
    <Frame {...props} act="extension" body={{ reason, text }} intro={w.extendText}>
      <SelectField
        label={w.extendReason}
        value={reason}
        onValue={setReason}
        choices={choicesOf(w.extendReasons)}
      />
      <TextArea label={w.extendNote} required maxLength={2000} value={text} onValue={setText} />
    </Frame>
  )
}

export function AskForm(props: ActFormProps) {
  const { acts: w } = useWords(actWords)
  const [doubt, setDoubt] = useState('')
  const [question, setQuestion] = useState('')
  return (
    <Frame {...props} act="identity" body={{ action: 'ask', doubt, question }} intro={w.askText}>
      <TextArea label={w.doubt} required maxLength={1000} value={doubt} onValue={setDoubt} />
      <TextArea label={w.question} required maxLength={1000} value={question} onValue={setQuestion} />
    </Frame>
  )
}

export function ConfirmForm(props: ActFormProps) {
  const { acts: w } = useWords(actWords)
  const [how, setHow] = useState('callback')
  return (
    <Frame {...props} act="identity" body={{ action: 'confirm', how }}>
      <SelectField label={w.how} value={how} onValue={setHow} choices={choicesOf(w.hows)} />
    </Frame>
  )
}

export function FailForm(props: ActFormProps) {
  const { acts: w } = useWords(actWords)
  const [doubt, setDoubt] = useState('')
  return (
    <Frame {...props} act="identity" body={{ action: 'fail', doubt }}>
      <TextArea label={w.failDoubt} required maxLength={1000} value={doubt} onValue={setDoubt} />
    </Frame>
  )
}

export function FeeForm(props: ActFormProps) {
  const { acts: w } = useWords(actWords)
  const [euros, setEuros] = useState('')
  const [ground, setGround] = useState('ProcessExcessive')
  const [note, setNote] = useState('')
  const cents = Math.round(Number(euros.replace(',', '.')) * 100)
  return (
    <Frame {...props} act="fee" body={{ cents, ground, note }} intro={w.feeText}>
      <TextField label={w.feeEuros} required inputMode="decimal" value={euros} onValue={setEuros} />
      <SelectField label={w.feeGround} value={ground} onValue={setGround} choices={choicesOf(w.feeGrounds)} />
      <TextArea label={w.feeNote} required maxLength={2000} value={note} onValue={setNote} />
    </Frame>
  )
}

import { type SubmitEvent, useState } from 'react'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import type { RequestType } from '../rights/contract.ts'
import { useStepUp } from '../shell/step-up.tsx'
import { SelectField, TextArea, TextField } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { actWords } from './act-words.ts'
import { type Answer, decisionOf, EMPTY_ANSWER, isRestriction } from './decision.ts'
import { choicesOf } from './handling-forms.tsx'

interface DecisionFormProps {
  readonly id: string
  readonly type: RequestType
  readonly chosen: readonly number[]
}

/** The answer to the chosen questions; whoever is long logged in is asked to do so again before they write it. */
export function DecisionForm({ id, type, chosen }: DecisionFormProps) {
  const { decide: w, acts } = useWords(actWords)
  const stepUp = useStepUp()
  const [answer, setAnswer] = useState(EMPTY_ANSWER)
  const sending = useSend(['/v1/privacy-requests', '/v1/recordings'])
  const change = (part: Partial<Answer>) => setAnswer((before) => ({ ...before, ...part }))
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    if (sending.isPending || chosen.length === 0) return
    sending.mutate({
      path: `/v1/privacy-requests/${id}/decision`,
      body: { decisions: [decisionOf(type, chosen, answer)] },
    })
  }
  return (
    <form className="question-group" onSubmit={send} onFocus={() => stepUp.isNeeded() && stepUp.ask()}>
      <SelectField
        label={w.outcome}
        value={answer.outcome}
        onValue={(outcome) => change({ outcome: outcome as Answer['outcome'] })}
        choices={choicesOf(w.outcomes)}
      />
      {answer.outcome !== 'granted' && <Refusal answer={answer} onChange={change} />}
      {type === 'human_review' && (
        <TextField
          label={w.earlier}
          maxLength={200}
          value={answer.earlierDecider}
          onValue={(earlierDecider) => change({ earlierDecider })}
        />
      )}
      <TextArea
        label={w.answer}
        required
        maxLength={4000}
        rows={4}
        value={answer.text}
        onValue={(text) => change({ text })}
      />
      {isRestriction(answer) && <p className="notice">{w.secondPerson}</p>}
      {chosen.length === 0 && <p className="field__problem">{w.chooseFirst}</p>}
      <ProblemNote error={sending.error} />
      <p className="acts">
        <button
          className="button button--main"
          type="submit"
          aria-disabled={sending.isPending || chosen.length === 0}
        >
          {sending.isPending ? acts.sending : w.send}
        </button>
      </p>
    </form>
  )
}

function Refusal({
  answer,
  onChange,
}: {
  readonly answer: Answer
  readonly onChange: (part: Partial<Answer>) => void
}) {
  const { decide: w } = useWords(actWords)
  return (
    <>
      <SelectField
        label={w.code}
        value={answer.reason}
        onValue={(reason) => onChange({ reason })}
        choices={choicesOf(w.codes)}
      />
      {answer.outcome === 'refused' && (
        <TextField
          type="date"
          label={w.until}
          hint={w.untilHint}
          value={answer.refusedUntil}
          onValue={(refusedUntil) => onChange({ refusedUntil })}
        />
      )}
      {isRestriction(answer) && (
        <>
          <TextArea
            label={w.necessity}
            required
            maxLength={2000}
            value={answer.necessity}
            onValue={(necessity) => onChange({ necessity })}
          />
          <TextArea
            label={w.proportionality}
            required
            maxLength={2000}
            value={answer.proportionality}
            onValue={(proportionality) => onChange({ proportionality })}
          />
          <TextField
            type="date"
            label={w.reviewOn}
            required
            value={answer.reviewOn}
            onValue={(reviewOn) => onChange({ reviewOn })}
          />
        </>
      )}
    </>
  )
}

import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { Call } from '../api/contract.ts'
import { useObjection } from '../api/queries.ts'
import { useWords } from '../i18n/words.ts'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { stillCounts, TRAINING, todayOf } from './keeping.ts'
import { words } from './words.ts'

/** The member's objection to training with this call: one button, one question, and then it is so. */
export function TrainingObjection({ call }: { readonly call: Call }) {
  const { rights: w } = useWords(words)
  const [today] = useState(() => todayOf(Date.now()))
  const [isAsking, setAsking] = useState(false)
  const [isDone, setDone] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // The button that asked is gone; the focus goes to where the answer is.
    if (isDone) heading.current?.focus()
  }, [isDone])
  const tag = call.purposes.find(({ purpose }) => purpose === TRAINING)
  const isObjected = tag?.state === 'objected'
  if (!tag || !(isObjected || stillCounts(tag, today))) return null
  return (
    <li className="purpose">
      <h3 ref={heading} tabIndex={-1}>
        {w.training}
      </h3>
      <p role="status">{isObjected ? w.trainingDone : ''}</p>
      {!isObjected && (
        <>
          <p>{w.trainingText}</p>
          <p className="acts">
            <button className="button" type="button" onClick={() => setAsking(true)}>
              {w.trainingAct}
            </button>
          </p>
        </>
      )}
      <p>
        <Link to="/voorkeuren">{w.forAll}</Link>
      </p>
      {isAsking && (
        <Question
          call={call}
          isOnly={!call.purposes.some((one) => one !== tag && stillCounts(one, today))}
          onDone={() => {
            setAsking(false)
            setDone(true)
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  )
}

interface QuestionProps {
  readonly call: Call
  /** Nothing else keeps the recording. */
  readonly isOnly: boolean
  readonly onDone: () => void
  readonly onClose: () => void
}

function Question({ call, isOnly, onDone, onClose }: QuestionProps) {
  const { confirm: w } = useWords(words)
  const objection = useObjection(call.id)
  return (
    <Dialog title={w.title} onClose={onClose}>
      <div className="question">
        <p>{w.effect}</p>
        <p>{isOnly ? <strong>{w.onlyPurpose}</strong> : w.stays}</p>
        <p>{w.noUndo}</p>
        <ProblemNote error={objection.error} />
        <div className="acts">
          <button
            className="button button--main"
            type="button"
            aria-disabled={objection.isPending}
            onClick={() => !objection.isPending && objection.mutate(TRAINING, { onSuccess: onDone })}
          >
            {objection.isPending ? w.sending : w.yes}
          </button>
          <button className="button" type="button" onClick={onClose}>
            {w.no}
          </button>
        </div>
      </div>
    </Dialog>
  )
}

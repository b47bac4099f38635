import { useId } from 'react'
import { useWords } from '../i18n/words.ts'
import { CheckField } from '../ui/field.tsx'
import { ASKABLE, type RequestType } from './contract.ts'
import { pageWords } from './page-words.ts'
import { requestWords } from './words.ts'

interface TypeChoiceProps {
  readonly chosen: readonly RequestType[]
  readonly onChange: (types: readonly RequestType[]) => void
  readonly problem: string | undefined
}

/** The rights, each with what it does in one sentence; several may be asked for together. */
export function TypeChoice({ chosen, onChange, problem }: TypeChoiceProps) {
  const { form: w } = useWords(pageWords)
  const { type: names } = useWords(requestWords)
  const id = useId()
  return (
    <fieldset className="question-group" aria-describedby={problem ? id : undefined}>
      <legend>{w.what}</legend>
      <div className="question-group__choices">
        {ASKABLE.map((type) => (
          <CheckField
            key={type}
            label={names[type]}
            hint={w.hints[type]}
            checked={chosen.includes(type)}
            onValue={(isWanted) =>
              onChange(ASKABLE.filter((one) => (one === type ? isWanted : chosen.includes(one))))
            }
          />
        ))}
      </div>
      <p className="field__problem" id={id} role="alert">
        {problem}
      </p>
    </fieldset>
  )
}

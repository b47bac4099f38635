import { useId } from 'react'
import type { CallPage, CallSummary } from '../api/contract.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { CheckField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { pageWords } from './page-words.ts'

interface WhichCallsProps {
  readonly calls: 'all' | readonly string[]
  readonly onChange: (calls: 'all' | readonly string[]) => void
  readonly problem: string | undefined
}

/** All calls, or those that the member ticks. */
export function WhichCalls({ calls, onChange, problem }: WhichCallsProps) {
  const { form: w } = useWords(pageWords)
  const id = useId()
  const chosen = calls === 'all' ? [] : calls
  const option = (label: string, isChosen: boolean, value: 'all' | readonly string[]) => (
    <label className="radio">
      <input type="radio" name={id} checked={isChosen} onChange={() => onChange(value)} />
      <span>{label}</span>
    </label>
  )
  return (
    <fieldset className="question-group" aria-describedby={problem ? `${id}-problem` : undefined}>
      <legend>{w.which}</legend>
      {option(w.all, calls === 'all', 'all')}
      {option(w.some, calls !== 'all', chosen)}
      {calls !== 'all' && (
        <>
          <p role="status">{w.chosen(chosen.length)}</p>
          <OwnCalls chosen={chosen} onChange={onChange} />
        </>
      )}
      <p className="field__problem" id={`${id}-problem`} role="alert">
        {problem}
      </p>
    </fieldset>
  )
}

function OwnCalls({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[]
  readonly onChange: (calls: readonly string[]) => void
}) {
  const { form: w } = useWords(pageWords)
  const own = useGet<CallPage>('/v1/recordings?limit=100')
  return (
    <Loaded query={own}>
      {({ items, nextCursor }) => (
        <>
          <div className="question-group__choices question-group__choices--many">
            {items.map((call) => (
              <OwnCall
                key={call.id}
                call={call}
                isChosen={chosen.includes(call.id)}
                onChange={(isWanted) =>
                  onChange(isWanted ? [...chosen, call.id] : chosen.filter((other) => other !== call.id))
                }
              />
            ))}
          </div>
          {nextCursor && <p className="field__hint">{w.more}</p>}
        </>
      )}
    </Loaded>
  )
}

interface OwnCallProps {
  readonly call: CallSummary
  readonly isChosen: boolean
  readonly onChange: (isWanted: boolean) => void
}

function OwnCall({ call, isChosen, onChange }: OwnCallProps) {
  const language = useLanguage()
  const name = useNames()
  return (
    <CheckField
      label={`${fullDay(call.startedAt, language)}, ${clock(call.startedAt, language)}`}
      hint={name('product', call.product)}
      checked={isChosen}
      onValue={onChange}
    />
  )
}

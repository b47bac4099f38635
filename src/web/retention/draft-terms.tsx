import { ApiProblem } from '../api/request.ts'
import { useWords } from '../i18n/words.ts'
import { todayOf } from '../listening/keeping.ts'
import { TextArea, TextField } from '../ui/field.tsx'
import { words } from './draft-words.ts'

/** From when a proposal is to hold, and why longer periods should reach what exists already. */
export interface Terms {
  readonly effectiveFrom: string
  readonly ground: string
}

const DAY_MS = 86_400_000

const tomorrow = (): string => todayOf(Date.now() + DAY_MS)

/** An empty day means tomorrow, whenever that is when the proposal is filed. */
export const EMPTY_TERMS: Terms = { effectiveFrom: '', ground: '' }

/** The terms as the API takes them. */
export const termsOf = ({ effectiveFrom, ground }: Terms) => ({
  effectiveFrom: effectiveFrom || tomorrow(),
  ...(ground.trim() === '' ? {} : { lengtheningGround: ground.trim() }),
})

interface DraftTermsProps {
  readonly terms: Terms
  readonly onTerms: (terms: Terms) => void
  /** What the service says of the proposal; what is about these fields is shown beside them. */
  readonly error: unknown
}

export function DraftTerms({ terms, onTerms, error }: DraftTermsProps) {
  const w = useWords(words)
  const said = (field: string) =>
    error instanceof ApiProblem ? error.errors.find((one) => one.field.endsWith(field))?.message : undefined
  return (
    <>
      <TextField
        label={w.from}
        hint={w.fromHint}
        problem={said('effectiveFrom')}
        type="date"
        min={tomorrow()}
        value={terms.effectiveFrom || tomorrow()}
        onValue={(effectiveFrom) => onTerms({ ...terms, effectiveFrom })}
        required
      />
      <div className="form__whole">
        <TextArea
          label={w.ground}
          hint={w.groundHint}
          problem={said('lengtheningGround')}
          value={terms.ground}
          onValue={(ground) => onTerms({ ...terms, ground })}
          maxLength={2000}
        />
      </div>
    </>
  )
}

import { useWords } from '../i18n/words.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { type Outcome, useOutcome, useSigningKeys } from './use-checked.ts'
import { words } from './words.ts'

/** The outcome of checking a text in this browser; `children` get it once it is known. */
export function Verdict({ text }: { readonly text: string }) {
  const w = useWords(words)
  const keys = useSigningKeys()
  const outcome = useOutcome(text, keys.data?.keys)
  if (keys.isError)
    return (
      <div className="notice notice--alert" role="alert">
        <p>{w.keysFailed}</p>
      </div>
    )
  if (outcome.isError) return <ProblemNote error={outcome.error} onRetry={() => void outcome.refetch()} />
  return (
    <div role="status" aria-live="polite">
      {outcome.data ? <Told {...outcome.data} /> : <p className="loading">{w.checking}</p>}
    </div>
  )
}

function Told({ checked: { verdict }, link }: Outcome) {
  const w = useWords(words)
  const [short, long] = w.verdicts[verdict]
  const isGood = verdict === 'genuine' && link !== 'broken'
  const tone = isGood ? 'good' : verdict === 'unsupported' ? 'plain' : 'alert'
  return (
    <div className={`notice notice--${tone} verdict`} data-verdict={verdict} data-link={link}>
      <p className="verdict__short">
        <Sign isGood={isGood} /> {short}
      </p>
      <p>{long}</p>
      {link && <p>{w.links[link]}</p>}
    </div>
  )
}

/** A mark beside the word, for who takes in shapes before words; colour is never alone. */
const Sign = ({ isGood }: { readonly isGood: boolean }) => (
  <svg className="verdict__sign" viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="11" />
    {isGood ? <path d="m7 12.5 3.5 3.5L17 9" /> : <path d="M12 6.5v7M12 17v.5" />}
  </svg>
)

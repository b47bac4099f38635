import { ApiProblem } from '../api/request.ts'
import { useWords } from '../i18n/words.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { words } from './draft-words.ts'
import { lineOf } from './line-of.ts'

interface DraftProblemProps {
  readonly error: unknown
  /** Shows a line of the document, where the document is on the page. */
  readonly onLine?: (line: number) => void
}

/** Why rules cannot be filed: every mistake, and the way to its place. */
export function DraftProblem({ error, onLine }: DraftProblemProps) {
  const w = useWords(words)
  if (!(error instanceof ApiProblem) || error.code !== 'invalid_rules') return <ProblemNote error={error} />
  return (
    <div className="notice notice--alert form__whole" role="alert">
      <p>{w.problems}</p>
      <ul>
        {error.errors.map(({ field, message }) => (
          <li key={`${field} ${message}`}>
            <span lang="en">{message}</span> <Place message={message} onLine={onLine} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function Place({
  message,
  onLine,
}: {
  readonly message: string
  readonly onLine: DraftProblemProps['onLine']
}) {
  const w = useWords(words)
  const line = lineOf(message)
  if (line === null || !onLine) return null
  return (
    <button className="button button--quiet" type="button" onClick={() => onLine(line)}>
      {w.goTo}: {w.line(line)}
    </button>
  )
}

import { ApiProblem } from '../api/request.ts'
import { useWords } from '../i18n/words.ts'
import { words } from './words.ts'

/** A refusal or failure in words: what happened, what the service says of it, and which fields are wrong. */
export function ProblemNote({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const w = useWords(words)
  if (!error) return null
  const problem = error instanceof ApiProblem ? error : undefined
  const known = problem && w.problems[problem.code]
  return (
    <div className="notice notice--alert" role="alert">
      <p>{known ?? w.problems.other}</p>
      {problem?.detail && <p lang="en">{problem.detail}</p>}
      {problem && problem.errors.length > 0 && (
        <ul lang="en">
          {problem.errors.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {onRetry && (
        <button className="button button--quiet" type="button" onClick={onRetry}>
          {w.retry}
        </button>
      )}
    </div>
  )
}

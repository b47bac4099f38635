import { type SyntheticEvent, useId, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { useGet, useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Book, BookList, BookSummary } from './contract.ts'
import { DraftProblem } from './draft-problem.tsx'
import { DraftTerms, EMPTY_TERMS, type Terms, termsOf } from './draft-terms.tsx'
import { words } from './draft-words.ts'

/** Every other change: the whole set of rules as text. */
export function Component() {
  const w = useWords(words)
  const books = useGet<BookList>('/v1/retention/rules')
  const current = books.data?.current
  const book = useGet<Book>(current === undefined ? null : `/v1/retention/rules/${current}`)
  return (
    <>
      <PageHeading title={w.title}>{w.text}</PageHeading>
      <p className="lead">{w.textLead}</p>
      <Loaded query={book}>{(found) => <Editor key={found.version} written={found.document} />}</Loaded>
    </>
  )
}

function Editor({ written }: { readonly written: string }) {
  const w = useWords(words)
  const id = useId()
  const navigate = useNavigate()
  const area = useRef<HTMLTextAreaElement>(null)
  const [document, setDocument] = useState(written)
  const [terms, setTerms] = useState<Terms>(EMPTY_TERMS)
  const filing = useSend<BookSummary>(['/v1/retention/rules'])
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    filing.mutate(
      { path: '/v1/retention/rules', body: { document, ...termsOf(terms) } },
      { onSuccess: ({ version }) => void navigate(`/bewaartermijnen/${version}`) },
    )
  }
  return (
    <form className="form panel" onSubmit={submit}>
      <div className="field form__whole">
        <label htmlFor={id}>{w.text}</label>
        <p className="field__hint" id={`${id}-hint`}>
          {w.textHint}
        </p>
        <textarea
          ref={area}
          id={id}
          className="input code"
          rows={24}
          spellCheck={false}
          aria-describedby={`${id}-hint`}
          value={document}
          onChange={({ target }) => setDocument(target.value)}
        />
      </div>
      <DraftProblem error={filing.error} onLine={(line) => area.current && showLine(area.current, line)} />
      <DraftTerms terms={terms} onTerms={setTerms} error={filing.error} />
      <div className="form__acts">
        <button className="button button--main" type="submit" disabled={filing.isPending}>
          {w.file}
        </button>
      </div>
    </form>
  )
}

/** Selects a line, which also takes the focus there; a browser scrolls to what gets the focus. */
function showLine(area: HTMLTextAreaElement, line: number): void {
  const lines = area.value.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0)
  area.focus()
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
  area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 6)
}

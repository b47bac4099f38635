import { useMe } from '../api/queries.ts'
import { useSend } from '../api/use-api.ts'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { ConfirmedAct } from './confirmed-act.tsx'
import type { Book, BookSummary } from './contract.ts'
import { words } from './rules-words.ts'
import { useWho } from './who.tsx'

const RULES = ['/v1/retention/rules']

/** The decision about a drafted version: by somebody other than who drafted it. */
export function Decision({ book }: { readonly book: Book }) {
  const { decide: w } = useWords(words)
  const me = useMe().data
  const who = useWho()
  const language = useLanguage()
  if (book.state !== 'draft') return null
  const isOwn = me?.sub === book.draftedBy
  const isOfficer = me?.roles.includes('privacy_officer')
  return (
    <section className="panel">
      <h2>{w.heading}</h2>
      {!isOfficer && <p>{w.onlyOfficers}</p>}
      {isOfficer && <p>{isOwn ? w.own : w.text(who(book.draftedBy))}</p>}
      {book.approveBefore && <p>{w.until(fullDay(book.approveBefore, language))}</p>}
      {isOfficer && <Acts book={book} isOwn={isOwn} />}
    </section>
  )
}

function Acts({ book, isOwn }: { readonly book: Book; readonly isOwn: boolean }) {
  const { decide: w } = useWords(words)
  const language = useLanguage()
  const rejecting = useSend<BookSummary>(RULES)
  const path = `/v1/retention/rules/${book.version}`
  return (
    <div className="acts">
      {!isOwn && (
        <ConfirmedAct
          label={w.approve}
          question={w.sure}
          text={w.sureText(calendarDay(book.effectiveFrom, language))}
          yes={w.yes}
          path={`${path}/approve`}
          refreshed={RULES}
        />
      )}
      <button
        className="button"
        type="button"
        disabled={rejecting.isPending}
        onClick={() => rejecting.mutate({ path: `${path}/reject` })}
      >
        {isOwn ? w.withdraw : w.reject}
      </button>
      <ProblemNote error={rejecting.error} />
    </div>
  )
}

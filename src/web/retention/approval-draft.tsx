import { Link } from 'react-router'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { words } from './approval-words.ts'
import type { BookSummary } from './contract.ts'
import { useWho } from './who.tsx'

interface DraftItemProps {
  readonly draft: BookSummary
  readonly isOwn: boolean
}

/** Drafted rules; they are decided about where one sees what they would do. */
export function DraftItem({ draft, isOwn }: DraftItemProps) {
  const w = useWords(words)
  const language = useLanguage()
  const who = useWho()
  return (
    <li className="panel">
      <h2>{w.draft}</h2>
      <p>{w.draftText(draft.version, calendarDay(draft.effectiveFrom, language))}</p>
      <p className="field__hint">{w.draftBy(who(draft.draftedBy))}</p>
      {isOwn && <p className="notice">{w.draftOwn}</p>}
      <p>
        <Link
          className={isOwn ? 'button' : 'button button--main'}
          to={`/bewaartermijnen/${draft.version}`}
          aria-label={`${isOwn ? w.lookOwn : w.look}: ${w.draft}, ${draft.version}`}
        >
          {isOwn ? w.lookOwn : w.look}
        </Link>
      </p>
    </li>
  )
}

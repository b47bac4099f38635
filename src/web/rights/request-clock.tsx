import { calendarDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import type { RequestSummary } from './contract.ts'
import { requestWords } from './words.ts'

const ANSWERED: readonly string[] = ['decided', 'fulfilled', 'closed', 'withdrawn']

/** Until when the organisation may take (Art. 12(3) GDPR), for as long as an answer is owed. */
export function RequestClock({ request }: { readonly request: RequestSummary }) {
  const w = useWords(requestWords)
  const language = useLanguage()
  const { deadline, daysLeft, isOverdue, isPaused, dueDate } = request.clocks
  if (ANSWERED.includes(request.state)) return null
  const day = calendarDay(deadline, language)
  if (isOverdue) return <p className="notice notice--alert">{w.overdue(day)}</p>
  return (
    <>
      <p>{daysLeft === 0 ? w.today(day) : w.answerByLeft(day, w.daysLeft(daysLeft))}</p>
      {request.state === 'extended' && <p>{w.extended}</p>}
      {isPaused && <p>{w.paused(calendarDay(dueDate, language))}</p>}
    </>
  )
}

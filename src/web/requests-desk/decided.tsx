import { Link } from 'react-router'
import { calendarDay, clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { AnswerText } from '../rights/answer-text.tsx'
import type { Item, PrivacyRequest } from '../rights/contract.ts'
import { requestWords } from '../rights/words.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { actWords } from './act-words.ts'

/** Every question of the request with its answer, as the record will show it. */
export function Decided({ request: { items } }: { readonly request: PrivacyRequest }) {
  const { decide: w } = useWords(actWords)
  return (
    <section className="section">
      <h2>{w.done}</h2>
      <DataTable
        caption={w.caption}
        hideCaption
        columns={useColumns()}
        rows={items.filter(({ state }) => state !== 'open')}
        rowKey={({ type, n }) => `${type} ${n}`}
      />
    </section>
  )
}

function useColumns(): Column<Item>[] {
  const { decide: w } = useWords(actWords)
  const names = useWords(requestWords)
  const { columns } = w
  return [
    { key: 'what', label: columns.what, cell: ({ type }) => names.type[type] },
    { key: 'call', label: columns.call, cell: (item) => <AboutCall item={item} /> },
    { key: 'purpose', label: columns.purpose, cell: (item) => <Basis item={item} /> },
    {
      key: 'state',
      label: columns.state,
      cell: ({ state }) => (state === 'proposed' ? w.proposed : names.item[state]),
    },
    { key: 'note', label: columns.note, cell: (item) => <Note item={item} /> },
  ]
}

/** The call by its time; officers open it with the reasons they have to give there. */
export function AboutCall({ item: { recordingId, callStartedAt, goneAt } }: { readonly item: Item }) {
  const names = useWords(requestWords)
  const language = useLanguage()
  if (goneAt) return names.gone
  if (!recordingId) return names.whole
  return (
    <Link to={`/opnamen/${recordingId}`}>
      {callStartedAt ? `${fullDay(callStartedAt, language)}, ${clock(callStartedAt, language)}` : names.call}
    </Link>
  )
}

export function Basis({ item: { purpose, legalBasis, rightExists } }: { readonly item: Item }) {
  const { decide: w } = useWords(actWords)
  const name = useNames()
  if (!purpose) return null
  return (
    <>
      {name('purpose', purpose)}
      {legalBasis && ` (${name('legalBasis', legalBasis)})`}
      {!rightExists && <span className="field__hint"> {w.noRight}</span>}
    </>
  )
}

function Note({ item }: { readonly item: Item }) {
  const { decide: w } = useWords(actWords)
  const language = useLanguage()
  const { answer, refusal, executedAt, decidedBy } = item
  const codes: Readonly<Record<string, string>> = w.codes
  const parts = [
    refusal && (codes[refusal.code] ?? refusal.code),
    refusal?.refusedUntil && w.refusedUntil(calendarDay(refusal.refusedUntil, language)),
    executedAt && w.executed(fullDay(executedAt, language)),
    decidedBy && w.decidedBy(decidedBy),
  ].filter(Boolean)
  return (
    <>
      {answer && <AnswerText item={item} />}
      {parts.length > 0 && <span className="field__hint"> {parts.join(' · ')}</span>}
    </>
  )
}

import { useState } from 'react'
import { Link } from 'react-router'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { DataTable } from '../ui/data-table.tsx'
import type { Custody } from './contract.ts'
import { words } from './kept-words.ts'
import { PlaceHoldDialog } from './place-hold-dialog.tsx'
import type { SectionProps } from './recording-page.tsx'
import { RestrictionPart } from './restriction-part.tsx'
import { words as shared } from './words.ts'

/** What stands between the recording and its destruction, and its use. */
export function KeptSection(props: SectionProps) {
  const { recording, custody, onDone } = props
  const w = useWords(words)
  const [isPlacing, setPlacing] = useState(false)
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <h3>{w.holds}</h3>
      <HoldsOf custody={custody} />
      <p className="acts">
        <button className="button" type="button" onClick={() => setPlacing(true)}>
          {w.place}
        </button>
      </p>
      <RestrictionPart {...props} />
      <h3>{w.locks}</h3>
      <Locks custody={custody} />
      {isPlacing && (
        <PlaceHoldDialog
          recordingId={recording.id}
          onClose={() => setPlacing(false)}
          onDone={() => {
            setPlacing(false)
            onDone(w.placed)
          }}
        />
      )}
    </section>
  )
}

function HoldsOf({ custody: { holds } }: { readonly custody: Custody }) {
  const w = useWords(words)
  const { holdTypes } = useWords(shared)
  const language = useLanguage()
  const stateOf = ({ endedAt, confirmedAt }: Custody['holds'][number]) => {
    if (endedAt) return w.ended(fullDay(endedAt, language))
    return confirmedAt ? w.inForce : w.waiting
  }
  return (
    <DataTable
      caption={w.holds}
      hideCaption
      rows={holds}
      rowKey={({ id }) => id}
      empty={w.noHolds}
      columns={[
        {
          key: 'matter',
          label: w.matter,
          cell: ({ id, matterRef }) => <Link to={`/blokkades/${id}`}>{matterRef}</Link>,
        },
        { key: 'type', label: w.type, cell: ({ type }) => holdTypes[type] ?? type },
        { key: 'since', label: w.since, cell: ({ placedAt }) => fullDay(placedAt, language) },
        { key: 'review', label: w.review, cell: ({ reviewBy }) => calendarDay(reviewBy, language) },
        { key: 'state', label: w.state, cell: stateOf },
      ]}
    />
  )
}

function Locks({ custody: { requestLocks } }: { readonly custody: Custody }) {
  const w = useWords(words)
  const language = useLanguage()
  if (requestLocks.length === 0) return <p>{w.noLocks}</p>
  return (
    <ul className="plain-list">
      {requestLocks.map(({ requestRef, reviewBy }) => (
        <li key={requestRef}>{w.lock(requestRef, calendarDay(reviewBy, language))}</li>
      ))}
    </ul>
  )
}

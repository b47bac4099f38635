import { useState } from 'react'
import { useMe } from '../api/queries.ts'
import { usePages } from '../api/use-api.ts'
import { calendarDay, clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { SelectField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import { RecordingLink } from '../ui/recording-link.tsx'
import type { Emergency } from './contract.ts'
import { ReviewDialog } from './review-dialog.tsx'
import { MAY_REVIEW } from './who.ts'
import { words } from './words.ts'

const SHOWN = { open: '&open=true', reviewed: '&open=false', all: '' } as const

type Shown = keyof typeof SHOWN

/** What was opened in emergencies: what is to be reviewed first. */
export function OverviewSection({ onReviewed }: { readonly onReviewed: () => void }) {
  const { overview: w } = useWords(words)
  const [shown, setShown] = useState<Shown>('open')
  const [asked, setAsked] = useState<Emergency | null>(null)
  const emergencies = usePages<Emergency>(`/v1/break-glass?limit=50${SHOWN[shown]}`)
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      <div className="form">
        <SelectField
          label={w.show}
          value={shown}
          onValue={(value) => setShown(value as Shown)}
          choices={Object.entries(w.shown).map(([value, label]) => ({ value, label }))}
        />
      </div>
      <Loaded query={emergencies}>
        {({ pages }) => (
          <>
            <EmergencyTable emergencies={pages.flatMap(({ items }) => items)} onReview={setAsked} />
            <MoreRows list={emergencies} />
          </>
        )}
      </Loaded>
      {asked && (
        <ReviewDialog
          emergency={asked}
          onClose={() => setAsked(null)}
          onDone={() => {
            setAsked(null)
            onReviewed()
          }}
        />
      )}
    </section>
  )
}

interface EmergencyTableProps {
  readonly emergencies: readonly Emergency[]
  readonly onReview: (emergency: Emergency) => void
}

function EmergencyTable({ emergencies, onReview }: EmergencyTableProps) {
  const { overview: w } = useWords(words)
  const language = useLanguage()
  const columns: Column<Emergency>[] = [
    {
      key: 'when',
      label: w.when,
      cell: ({ openedAt }) => `${fullDay(openedAt, language)}, ${clock(openedAt, language)}`,
    },
    { key: 'who', label: w.who, cell: (emergency) => <Who emergency={emergency} /> },
    { key: 'recording', label: w.recording, cell: ({ recordingId }) => <RecordingLink id={recordingId} /> },
    { key: 'why', label: w.why, cell: ({ reason }) => reason },
    { key: 'state', label: w.state, cell: (emergency) => <State emergency={emergency} /> },
    {
      key: 'review',
      label: w.review,
      cell: (emergency) => <Review emergency={emergency} onReview={() => onReview(emergency)} />,
    },
  ]
  return (
    <DataTable
      caption={w.heading}
      hideCaption
      rows={emergencies}
      rowKey={({ id }) => id}
      empty={w.empty}
      columns={columns}
    />
  )
}

function Who({ emergency: { openedBy, roles } }: { readonly emergency: Emergency }) {
  const name = useNames()
  return (
    <>
      {openedBy} ({roles.map((role) => name('role', role)).join(', ')})
    </>
  )
}

function State({ emergency: { live, overdue, endsAt, outcome } }: { readonly emergency: Emergency }) {
  const { overview: w } = useWords(words)
  const language = useLanguage()
  return (
    <span className="stack">
      {live && <span className="state state--alert">{w.live(clock(endsAt, language))}</span>}
      {overdue && <span className="state state--alert">{w.overdue}</span>}
      {outcome === null && !overdue && <span className="state">{w.toReview}</span>}
      {outcome && (
        <span className={outcome === 'justified' ? 'state' : 'state state--alert'}>{w[outcome]}</span>
      )}
    </span>
  )
}

interface ReviewProps {
  readonly emergency: Emergency
  readonly onReview: () => void
}

/** Until when somebody else is to look at it, and the way to that; or what they found. */
function Review({ emergency, onReview }: ReviewProps) {
  const { overview: w } = useWords(words)
  const language = useLanguage()
  const me = useMe().data
  const { outcome, reviewedBy, reviewNote, reviewBy, openedBy, openedAt } = emergency
  if (outcome) return w.found(reviewedBy ?? '', reviewNote ?? '')
  const until = w.reviewBy(calendarDay(reviewBy, language))
  if (!me?.roles.includes(MAY_REVIEW)) return until
  if (openedBy === me.sub)
    return (
      <>
        {until} {w.byOther}
      </>
    )
  return (
    <>
      {until}{' '}
      <button
        className="button button--quiet"
        type="button"
        aria-label={w.reviewOf(openedBy, clock(openedAt, language))}
        onClick={onReview}
      >
        {w.toJudge}
      </button>
    </>
  )
}

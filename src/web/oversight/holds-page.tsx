import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { usePages } from '../api/use-api.ts'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { SelectField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import { News, useNews } from '../ui/news.tsx'
import type { Hold, PlacedHold } from './contract.ts'
import { words } from './holds-words.ts'
import { PlaceHoldDialog } from './place-hold-dialog.tsx'
import { words as shared } from './words.ts'

/** What the address says, and how the API is asked for it. */
const SHOWN = { open: '&open=true', herbeoordelen: '&open=true', opgeheven: '&open=false', alle: '' } as const

type Shown = keyof typeof SHOWN

const shownOf = (text: string | null): Shown => (text !== null && text in SHOWN ? (text as Shown) : 'open')

/** Holds, with those past their review. */
export function Component() {
  const w = useWords(words)
  const [isPlacing, setPlacing] = useState(false)
  const [told, tell] = useNews()
  const placedWords = usePlacedWords()
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <News told={told} />
      <p className="acts">
        <button className="button button--main" type="button" onClick={() => setPlacing(true)}>
          {w.place}
        </button>
      </p>
      <HoldList />
      {isPlacing && (
        <PlaceHoldDialog
          onClose={() => setPlacing(false)}
          onDone={(hold) => {
            setPlacing(false)
            tell(placedWords(hold))
          }}
        />
      )}
    </div>
  )
}

function usePlacedWords(): (placed: PlacedHold) => string {
  const w = useWords(words)
  return ({ recordings, notHeld }) =>
    [w.placed(recordings), notHeld.length > 0 && w.tooLate(notHeld.length)].filter(Boolean).join(' ')
}

function HoldList() {
  const w = useWords(words)
  const [address, setAddress] = useSearchParams()
  const shown = shownOf(address.get('toon'))
  const holds = usePages<Hold>(`/v1/holds?limit=1000${SHOWN[shown]}`)
  const names = {
    open: w.filters.open,
    herbeoordelen: w.filters.review,
    opgeheven: w.filters.released,
    alle: w.filters.all,
  }
  return (
    <>
      <div className="form">
        <SelectField
          label={w.show}
          value={shown}
          onValue={(toon) => setAddress({ toon }, { replace: true })}
          choices={Object.entries(names).map(([value, label]) => ({ value, label }))}
        />
      </div>
      <Loaded query={holds}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items)
          return (
            <HoldTable holds={shown === 'herbeoordelen' ? items.filter(({ overdue }) => overdue) : items} />
          )
        }}
      </Loaded>
      <MoreRows list={holds} />
    </>
  )
}

function HoldTable({ holds }: { readonly holds: readonly Hold[] }) {
  const w = useWords(words)
  const { holdTypes } = useWords(shared)
  const language = useLanguage()
  const name = useNames()
  return (
    <DataTable
      caption={w.title}
      hideCaption
      rows={holds}
      rowKey={({ id }) => id}
      empty={w.empty}
      columns={[
        {
          key: 'matter',
          label: w.matter,
          cell: ({ id, matterRef }) => <Link to={`/blokkades/${id}`}>{matterRef}</Link>,
        },
        { key: 'type', label: w.type, cell: ({ type }) => holdTypes[type] ?? type },
        { key: 'company', label: w.company, cell: ({ entity }) => name('entity', entity) },
        { key: 'placed', label: w.placedAt, cell: ({ placedAt }) => fullDay(placedAt, language) },
        { key: 'review', label: w.reviewBy, cell: ({ reviewBy }) => calendarDay(reviewBy, language) },
        { key: 'count', label: w.recordings, cell: ({ recordings }) => recordings, isNumber: true },
        { key: 'state', label: w.state, cell: (hold) => <HoldState hold={hold} /> },
      ]}
    />
  )
}

export function HoldState({ hold: { releasedAt, overdue } }: { readonly hold: Hold }) {
  const { stateOf: w } = useWords(words)
  if (releasedAt) return <span className="state">{w.released}</span>
  return overdue ? (
    <span className="state state--alert">{w.overdue}</span>
  ) : (
    <span className="state">{w.open}</span>
  )
}

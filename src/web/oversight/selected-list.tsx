import { useState } from 'react'
import { Link } from 'react-router'
import { useGet, usePages } from '../api/use-api.ts'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import type { RecordingPage } from './contract.ts'
import { RecordingTable } from './recording-table.tsx'
import { words } from './recordings-words.ts'

/** Days ahead for which the service is asked what is due. */
const DUE: Readonly<Record<string, number>> = { due: 0, dueInWeek: 7, dueInMonth: 30 }
const CONCERNS: readonly string[] = [
  'overdue',
  'damaged',
  'restrictedOverdue',
  'openTriggers',
  'locksPastReview',
]

/** The recordings behind a number of the overview; whose they are is not shown. */
export function SelectedList({ shown }: { readonly shown: string }) {
  if (CONCERNS.includes(shown)) return <ConcernList concern={shown} />
  return shown in DUE ? <DueList days={DUE[shown] ?? 0} /> : <FilteredList shown={shown} />
}

const FILTERS: Readonly<Record<string, string>> = {
  held: '&held=true',
  restricted: '&restricted=true',
  parked: '&parked=true',
  quarantined: '&status=quarantined',
  unlinked: '&status=unlinked',
  unplayable: '&status=unplayable',
}

function FilteredList({ shown }: { readonly shown: string }) {
  const w = useWords(words)
  const list = usePages<RecordingPage['items'][number]>(`/v1/recordings?limit=50${FILTERS[shown] ?? ''}`)
  return (
    <Loaded query={list}>
      {({ pages }) => (
        <>
          <RecordingTable
            caption={w.lists[shown] ?? w.title}
            recordings={pages.flatMap((page) => page.items)}
          />
          <MoreRows list={list} />
        </>
      )}
    </Loaded>
  )
}

interface DueRecording {
  readonly id: string
  readonly entity: string
  readonly product: string | null
  readonly keepUntil: string | null
}

const DAY_MS = 86_400_000

function DueList({ days }: { readonly days: number }) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const [before] = useState(() => new Date(Date.now() + days * DAY_MS).toISOString())
  const list = usePages<DueRecording>(`/v1/retention/due?limit=100&before=${encodeURIComponent(before)}`)
  return (
    <Loaded query={list}>
      {({ pages }) => (
        <>
          <DataTable
            caption={w.title}
            hideCaption
            rows={pages.flatMap((page) => page.items)}
            rowKey={({ id }) => id}
            columns={[
              { key: 'id', label: w.kinds.recordingId, cell: ({ id }) => <RecordingLink id={id} /> },
              {
                key: 'about',
                label: w.about,
                cell: ({ product, entity }) =>
                  `${name('product', product ?? '-')}, ${name('entity', entity)}`,
              },
              {
                key: 'until',
                label: w.keepUntil,
                cell: ({ keepUntil }) => (keepUntil ? calendarDay(keepUntil, language) : '-'),
              },
            ]}
          />
          <MoreRows list={list} />
        </>
      )}
    </Loaded>
  )
}

const RecordingLink = ({ id }: { readonly id: string }) => (
  <Link to={`/opnamen/${id}`}>
    <code>{id}</code>
  </Link>
)

type Attention = Readonly<
  Record<
    string,
    {
      readonly count: number
      readonly items: readonly { readonly id: string; readonly since: string; readonly purpose?: string }[]
    }
  >
>

/** What nothing ends by itself. */
function ConcernList({ concern }: { readonly concern: string }) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const attention = useGet<Attention>('/v1/retention/attention')
  return (
    <Loaded query={attention}>
      {(found) => {
        const { count = 0, items = [] } = found[concern] ?? {}
        return (
          <>
            {count > items.length && <p>{w.first}</p>}
            <DataTable
              caption={w.lists[concern] ?? ''}
              hideCaption
              rows={items}
              rowKey={({ id, purpose }) => `${id} ${purpose}`}
              columns={[
                { key: 'id', label: w.kinds.recordingId, cell: ({ id }) => <RecordingLink id={id} /> },
                {
                  key: 'purpose',
                  label: w.purpose,
                  cell: ({ purpose }) => (purpose ? name('purpose', purpose) : '-'),
                },
                { key: 'since', label: w.since, cell: ({ since }) => calendarDay(since, language) },
              ]}
            />
          </>
        )
      }}
    </Loaded>
  )
}

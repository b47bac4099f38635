import { useState } from 'react'
import { usePages } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import type { LogEvent } from './contract.ts'
import { EventDialog } from './event-dialog.tsx'
import { eventName } from './event-names.ts'
import { Who } from './who.tsx'
import { words } from './words.ts'

/** Events, newest first, a page at a time. */
export function EventList({ query }: { readonly query: string }) {
  const w = useWords(words)
  const events = usePages<LogEvent>(`/v1/audit-events?${query}`)
  const [shown, setShown] = useState<LogEvent | null>(null)
  return (
    <>
      <Loaded query={events}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items)
          return (
            <>
              <p role="status">{w.shown(items.length, events.hasNextPage)}</p>
              <EventTable events={items} onShow={setShown} />
              <MoreRows list={events} />
            </>
          )
        }}
      </Loaded>
      {shown && <EventDialog event={shown} onClose={() => setShown(null)} />}
    </>
  )
}

interface EventTableProps {
  readonly events: readonly LogEvent[]
  readonly onShow: (event: LogEvent) => void
}

function EventTable({ events, onShow }: EventTableProps) {
  const w = useWords(words)
  const language = useLanguage()
  const columns: Column<LogEvent>[] = [
    {
      key: 'when',
      label: w.when,
      cell: ({ at }) => (
        <time dateTime={at}>
          {fullDay(at, language)}, {clock(at, language)}
        </time>
      ),
    },
    { key: 'what', label: w.what, cell: (event) => <What event={event} /> },
    { key: 'who', label: w.who, cell: (event) => <Who event={event} /> },
    { key: 'about', label: w.about, cell: (event) => <About event={event} /> },
    {
      key: 'more',
      label: w.number,
      cell: (event) => (
        <button
          className="button button--quiet"
          type="button"
          aria-label={w.open(event.seq, eventName(event.type, language))}
          onClick={() => onShow(event)}
        >
          {w.nth(event.seq)}
        </button>
      ),
    },
  ]
  return (
    <DataTable
      caption={w.events}
      hideCaption
      rows={events}
      rowKey={({ id }) => id}
      empty={w.none}
      columns={columns}
    />
  )
}

function What({ event: { type, outcome, code, breakGlass } }: { readonly event: LogEvent }) {
  const w = useWords(words)
  const language = useLanguage()
  return (
    <>
      {eventName(type, language)}{' '}
      {outcome !== 'ok' && (
        <span className="state state--alert" title={code ?? undefined}>
          {w.outcomes[outcome]}
        </span>
      )}
      {breakGlass && <span className="state state--alert">{w.emergency}</span>}
    </>
  )
}

function About({ event: { recordingId, purpose, caseRef } }: { readonly event: LogEvent }) {
  const w = useWords(words)
  const name = useNames()
  const parts = [purpose && name('purpose', purpose), caseRef && w.caseOf(caseRef)].filter(Boolean)
  return (
    <>
      {recordingId && <code title={recordingId}>…{recordingId.slice(-12)}</code>}
      {recordingId && parts.length > 0 && ', '}
      {parts.join(', ')}
    </>
  )
}

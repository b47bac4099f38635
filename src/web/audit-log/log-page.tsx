import { useState } from 'react'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { EventList } from './event-list.tsx'
import { readCheckpoint } from './inclusion.ts'
import { type Filter, LogFilters, NO_FILTER } from './log-filters.tsx'
import { words } from './words.ts'

/** What is on record: looked through, proven, and taken along. */
export function Component() {
  const w = useWords(words)
  const roles = useMe().data?.roles ?? []
  const [filter, setFilter] = useState(NO_FILTER)
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <p>{roles.includes('auditor') ? w.all : w.own}</p>
      <LogFilters filter={filter} onFilter={setFilter} />
      <section className="section">
        <h2>{w.events}</h2>
        <EventList key={queryOf(filter)} query={queryOf(filter)} />
      </section>
      <SealSection />
    </div>
  )
}

/** The filter as the API takes it. */
function queryOf(filter: Filter): string {
  const query = new URLSearchParams({ limit: '50' })
  for (const [name, value] of Object.entries(filter)) if (value.trim()) query.set(name, value.trim())
  return query.toString()
}

/** How the log is sealed now, and how to check that without us. */
function SealSection() {
  const { seal: w } = useWords(words)
  const note = useGet<string>('/v1/audit/checkpoint')
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      <Loaded query={note}>{(text) => <Sealed note={text} at={note.dataUpdatedAt} />}</Loaded>
      <p>{w.exportText}</p>
      <p className="acts">
        <a className="button" href="/v1/audit/export" download>
          {w.export}
        </a>
        <a className="button" href="/v1/audit/checkpoint" download="audit.checkpoint">
          {w.checkpoint}
        </a>
      </p>
      <p>
        <code>listenback verify-audit audit.jsonl --checkpoint audit.checkpoint --key keys.json</code>
      </p>
    </section>
  )
}

interface SealedProps {
  readonly note: string
  /** When it came, by the clock of this browser: the service seals what is complete before it answers. */
  readonly at: number
}

function Sealed({ note, at }: SealedProps) {
  const { seal: w } = useWords(words)
  const language = useLanguage()
  const instant = new Date(at).toISOString()
  const checkpoint = readCheckpoint(note)
  if (!checkpoint) return <p>{w.unreadable}</p>
  return (
    <dl className="facts">
      <div>
        <dt>{w.origin}</dt>
        <dd>{checkpoint.origin}</dd>
      </div>
      <div>
        <dt>{w.size}</dt>
        <dd>{checkpoint.size}</dd>
      </div>
      <div>
        <dt>{w.asOf}</dt>
        <dd>
          {fullDay(instant, language)}, {clock(instant, language)}
        </dd>
      </div>
      <div>
        <dt>{w.root}</dt>
        <dd>
          <code>{checkpoint.root}</code>
        </dd>
      </div>
    </dl>
  )
}

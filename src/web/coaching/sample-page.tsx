import { Link, useParams } from 'react-router'
import { ApiProblem } from '../api/request.ts'
import { calendarDay, fullDay, monthName } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import { NotFound } from '../shell/not-found.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Sample, SampleItem } from './contract.ts'
import { DrawnSection } from './drawn-section.tsx'
import { useSample } from './use-coaching.ts'
import { words } from './words.ts'

/** One sample: its calls, until when, and how the lot came to them. */
export function Component() {
  const { id = '' } = useParams()
  const sample = useSample(id)
  if (sample.error instanceof ApiProblem && sample.error.status === 404) return <NotFound />
  return (
    <div className="wide">
      <Loaded query={sample}>{(data) => <SampleDetails sample={data} />}</Loaded>
    </div>
  )
}

function SampleDetails({ sample }: { readonly sample: Sample }) {
  const { sample: w } = useWords(words)
  const language = useLanguage()
  const lastDay = calendarDay(sample.endsOn, language)
  return (
    <>
      <p>
        <Link className="back" to="/coaching">
          {w.back}
        </Link>
      </p>
      <PageHeading title={w.title}>{w.heading(fullDay(sample.drawnAt, language))}</PageHeading>
      <p className="lead">{sample.ended ? w.ended(lastDay) : w.until(lastDay)}</p>
      <section>
        <h2>{w.items}</h2>
        <Items sample={sample} />
      </section>
      {sample.coaches.length > 1 && (
        <p>
          <Link className="button" to={`/coaching/${sample.id}/ijking`}>
            {w.calibration}
          </Link>
        </p>
      )}
      <DrawnSection sample={sample} />
    </>
  )
}

function Items({ sample }: { readonly sample: Sample }) {
  const { sample: w } = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const columns: Column<SampleItem>[] = [
    {
      key: 'call',
      label: w.call,
      cell: ({ n }) => <Link to={`/coaching/${sample.id}/${n}`}>{w.open(n)}</Link>,
    },
    { key: 'agent', label: w.agent, cell: ({ agentRef }) => agentRef },
    {
      key: 'about',
      label: w.about,
      cell: ({ product }) => (product === null ? '' : name('product', product)),
    },
    { key: 'month', label: w.month, cell: ({ month }) => (month === null ? '' : monthName(month, language)) },
    { key: 'duration', label: w.duration, cell: ({ durationSeconds }) => clockTime(durationSeconds) },
    { key: 'state', label: w.state, cell: (item) => <State item={item} /> },
    { key: 'notes', label: w.notes, isNumber: true, cell: ({ notes }) => notes },
    { key: 'ends', label: w.ends, cell: ({ endsOn }) => calendarDay(endsOn, language) },
  ]
  return (
    <DataTable
      caption={w.caption}
      hideCaption
      rows={sample.items}
      rowKey={({ n }) => String(n)}
      empty={w.empty}
      columns={columns}
    />
  )
}

function State({ item: { state, released, withdrawnReason } }: { readonly item: SampleItem }) {
  const { sample: w, withdrawn } = useWords(words)
  if (state === 'withdrawn')
    return (
      <>
        <strong>{w.states.withdrawn}</strong>
        {withdrawnReason && <span className="state__why">{withdrawn[withdrawnReason]}</span>}
      </>
    )
  return released ? w.states.released : w.states[state]
}

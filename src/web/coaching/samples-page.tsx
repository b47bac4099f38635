import { Link } from 'react-router'
import { calendarDay, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { SampleSummary } from './contract.ts'
import { DrawForm } from './draw-form.tsx'
import { useSamples } from './use-coaching.ts'
import { words } from './words.ts'

/** Where a coach draws samples and finds them again. */
export function Component() {
  const w = useWords(words)
  const samples = useSamples()
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <p className="notice">{w.purpose}</p>
      <DrawForm />
      <section className="section">
        <h2>{w.list.heading}</h2>
        <Loaded query={samples}>{({ items }) => <Samples samples={items} />}</Loaded>
      </section>
    </div>
  )
}

function Samples({ samples }: { readonly samples: readonly SampleSummary[] }) {
  const { list: w } = useWords(words)
  const language = useLanguage()
  const outOf = useCriteria()
  const columns: Column<SampleSummary>[] = [
    {
      key: 'drawn',
      label: w.drawn,
      cell: ({ id, drawnAt }) => <Link to={`/coaching/${id}`}>{fullDay(drawnAt, language)}</Link>,
    },
    { key: 'what', label: w.what, cell: outOf },
    { key: 'calls', label: w.calls, cell: (sample) => <Counts counts={sample.counts} /> },
    { key: 'coaches', label: w.coaches, cell: ({ coaches }) => coaches.join(', ') },
    {
      key: 'ends',
      label: w.ends,
      cell: ({ endsOn, ended }) =>
        ended ? w.ended(calendarDay(endsOn, language)) : calendarDay(endsOn, language),
    },
  ]
  return (
    <DataTable
      caption={w.caption}
      hideCaption
      rows={samples}
      rowKey={({ id }) => id}
      empty={w.empty}
      columns={columns}
    />
  )
}

function Counts({ counts: { open, reviewed, withdrawn } }: Pick<SampleSummary, 'counts'>) {
  const { list: w } = useWords(words)
  const parts = [
    open > 0 && w.open(open),
    reviewed > 0 && w.reviewed(reviewed),
    withdrawn > 0 && w.withdrawn(withdrawn),
  ].filter(Boolean)
  return parts.length === 0 ? w.none : parts.join(', ')
}

/** What was asked for, in one line. */
export function useCriteria(): (sample: SampleSummary) => string {
  const { sample: w } = useWords(words)
  const name = useNames()
  return ({ entity, criteria: { team, agentRef, product } }) =>
    [
      name('entity', entity),
      agentRef ?? (team === null ? w.allTeams : w.team(team)),
      product === null ? w.allProducts : name('product', product),
    ].join(' · ')
}

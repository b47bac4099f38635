import { useState } from 'react'
import { useGet } from '../api/use-api.ts'
import { useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { words as anomalyWords } from '../oversight/anomalies-words.ts'
import { DataTable } from '../ui/data-table.tsx'
import { TextField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Counted, DpiaFacts } from './contract.ts'
import { Facts } from './facts.tsx'
import { words } from './record-words.ts'
import { useSensitivity } from './sensitivity.ts'
import { useMoment } from './use-moment.ts'

const EMPTY = { from: '', to: '' }

/** What an impact assessment has to know, over a period. */
export function DpiaSection() {
  const { dpia: w } = useWords(words)
  const [draft, setDraft] = useState(EMPTY)
  const [period, setPeriod] = useState(EMPTY)
  const query = new URLSearchParams(Object.entries(period).filter(([, day]) => day !== '')).toString()
  const path = `/v1/dpia-facts${query && `?${query}`}`
  const facts = useGet<DpiaFacts>(path)
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      <form
        className="panel form"
        aria-label={w.form}
        onSubmit={(event) => {
          event.preventDefault()
          setPeriod(draft)
        }}
      >
        <TextField
          type="date"
          label={w.from}
          hint={w.hint}
          value={draft.from}
          onValue={(from) => setDraft({ ...draft, from })}
        />
        <TextField type="date" label={w.to} value={draft.to} onValue={(to) => setDraft({ ...draft, to })} />
        <div className="form__acts">
          <button className="button button--main" type="submit">
            {w.submit}
          </button>
        </div>
      </form>
      <Loaded query={facts}>{(found) => <Figures facts={found} path={path} />}</Loaded>
    </section>
  )
}

function Figures({ facts, path }: { readonly facts: DpiaFacts; readonly path: string }) {
  const { dpia: w } = useWords(words)
  const { kinds } = useWords(anomalyWords)
  const when = useMoment()
  const { figures: names } = w
  return (
    <>
      <div className="panel">
        <p role="status">{w.over(when(facts.from), when(facts.to))}</p>
        <Facts
          facts={[
            [names.stored, facts.stored],
            [names.overdue, facts.overdue],
            [names.openHolds, facts.openHolds],
            [names.holdsPastReview, facts.holdsPastReview],
            [names.restricted, facts.restricted],
          ]}
        />
        <p className="acts">
          <a className="button" href={path} download="dpia-facts.json">
            {w.download}
          </a>
        </p>
      </div>
      <Volumes facts={facts} />
      <Accesses facts={facts} />
      <Counts heading={w.emergencies} counts={facts.emergencies} names={w.verdicts} empty={w.noEmergencies} />
      <Counts heading={w.anomalies} counts={facts.anomalies} names={kinds} empty={w.noAnomalies} />
    </>
  )
}

interface PartProps {
  readonly facts: DpiaFacts
}

function Volumes({ facts: { volumes } }: PartProps) {
  const w = useWords(words)
  const nameOf = useSensitivity()
  return (
    <>
      <h3>{w.dpia.volumes}</h3>
      <DataTable
        caption={w.dpia.volumes}
        hideCaption
        rows={volumes}
        rowKey={({ sensitivity }) => sensitivity}
        empty={w.dpia.noVolumes}
        columns={[
          { key: 'kind', label: w.dpia.kind, cell: ({ sensitivity }) => nameOf(sensitivity) },
          { key: 'recordings', label: w.recordings, cell: ({ recordings }) => recordings, isNumber: true },
        ]}
      />
    </>
  )
}

function Accesses({ facts: { accesses } }: PartProps) {
  const { dpia: w } = useWords(words)
  const name = useNames()
  return (
    <>
      <h3>{w.accesses}</h3>
      <DataTable
        caption={w.accesses}
        hideCaption
        rows={accesses}
        rowKey={({ roles, purpose, act }) => [...roles, purpose, act].join(' ')}
        empty={w.noAccesses}
        columns={[
          {
            key: 'role',
            label: w.role,
            cell: ({ roles }) => roles.map((role) => name('role', role)).join(', '),
          },
          {
            key: 'purpose',
            label: w.purpose,
            cell: ({ purpose }) => (purpose ? name('purpose', purpose) : w.none),
          },
          { key: 'act', label: w.act, cell: ({ act }) => w.acts[act] },
          { key: 'times', label: w.times, cell: ({ times }) => times, isNumber: true },
        ]}
      />
    </>
  )
}

interface CountsProps {
  readonly heading: string
  readonly counts: readonly Counted[]
  readonly names: Readonly<Record<string, string>>
  readonly empty: string
}

function Counts({ heading, counts, names, empty }: CountsProps) {
  const { dpia: w } = useWords(words)
  return (
    <>
      <h3>{heading}</h3>
      <DataTable
        caption={heading}
        hideCaption
        rows={counts}
        rowKey={({ name }) => name}
        empty={empty}
        columns={[
          { key: 'name', label: w.act, cell: ({ name }) => names[name] ?? name },
          { key: 'count', label: w.times, cell: ({ count }) => count, isNumber: true },
        ]}
      />
    </>
  )
}

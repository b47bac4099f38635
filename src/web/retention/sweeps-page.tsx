import { Link, useNavigate } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useGet, useSend } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { ConfirmedAct } from './confirmed-act.tsx'
import type { Run, RunSummary } from './contract.ts'
import { words } from './sweep-words.ts'

const SWEEPS = '/v1/retention/sweeps'

/** Looking ahead, running a sweep, and the runs there were. */
export function Component() {
  const w = useWords(words)
  const runs = useGet<{ items: readonly RunSummary[] }>(SWEEPS)
  return (
    <>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <div className="panels">
        <LookFirst />
        <RunNow />
      </div>
      <section className="panel">
        <Loaded query={runs}>{({ items }) => <Runs runs={items} />}</Loaded>
      </section>
    </>
  )
}

function LookFirst() {
  const { dry: w } = useWords(words)
  const navigate = useNavigate()
  const looking = useSend<Run>([SWEEPS])
  const look = () =>
    looking.mutate(
      { path: SWEEPS, body: { dryRun: true } },
      { onSuccess: ({ id }) => void navigate(`/opruimen/${id}`) },
    )
  return (
    <section className="panel">
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      <button className="button button--main" type="button" disabled={looking.isPending} onClick={look}>
        {looking.isPending ? w.busy : w.act}
      </button>
      <ProblemNote error={looking.error} />
    </section>
  )
}

function RunNow() {
  const { real: w } = useWords(words)
  const roles = useMe().data?.roles ?? []
  return (
    <section className="panel">
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      {roles.includes('records_manager') ? <StartSweep /> : <p className="notice">{w.onlyManagers}</p>}
    </section>
  )
}

/** Starts a real sweep and goes to where it can be followed. */
export function StartSweep() {
  const { real: w } = useWords(words)
  const navigate = useNavigate()
  return (
    <ConfirmedAct<Run>
      label={w.act}
      question={w.sure}
      text={w.sureText}
      yes={w.yes}
      path={SWEEPS}
      body={{ dryRun: false }}
      refreshed={[SWEEPS]}
      onDone={({ id }) => void navigate(`/opruimen/${id}`)}
    />
  )
}

function Runs({ runs }: { readonly runs: readonly RunSummary[] }) {
  const { runs: w } = useWords(words)
  const language = useLanguage()
  const columns = [
    {
      key: 'when',
      label: w.when,
      cell: ({ id, startedAt }: RunSummary) => (
        <Link to={`/opruimen/${id}`}>
          {fullDay(startedAt, language)}, {clock(startedAt, language)}
        </Link>
      ),
    },
    { key: 'kind', label: w.kind, cell: ({ dryRun }: RunSummary) => (dryRun ? w.dry : w.real) },
    {
      key: 'by',
      label: w.by,
      cell: ({ scheduled }: RunSummary) => (scheduled ? w.service : w.person),
    },
    { key: 'state', label: w.state, cell: ({ state }: RunSummary) => <strong>{w.states[state]}</strong> },
    {
      key: 'ended',
      label: w.ended,
      cell: ({ progress }: RunSummary) => progress?.quarantined ?? '–',
      isNumber: true,
    },
    {
      key: 'destroyed',
      label: w.destroyed,
      cell: ({ progress }: RunSummary) => progress?.destroyed ?? '–',
      isNumber: true,
    },
  ]
  return (
    <DataTable caption={w.heading} columns={columns} rows={runs} rowKey={({ id }) => id} empty={w.empty} />
  )
}

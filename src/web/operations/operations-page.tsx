import { useGet } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Operations } from './contract.ts'
import { StoreSection } from './store-section.tsx'
import { useMoment } from './use-moment.ts'
import { words } from './words.ts'

const EVERY_TEN_SECONDS = 10_000

/** How the service works. */
export function Component() {
  const w = useWords(words)
  const operations = useGet<Operations>('/v1/operations', { refreshMs: EVERY_TEN_SECONDS })
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <Loaded query={operations}>{(found) => <Sections found={found} />}</Loaded>
    </div>
  )
}

interface SectionProps {
  readonly found: Operations
}

function Sections({ found }: SectionProps) {
  const w = useWords(words)
  const moment = useMoment()
  return (
    <>
      <p className={found.ready ? 'notice notice--good' : 'notice notice--alert'}>
        {found.ready ? w.ready : w.notReady}
      </p>
      <p className="field__hint">{w.at(moment(found.at), found.version)}</p>
      <Parts found={found} />
      <Queues found={found} />
      <Sweep found={found} />
      <StoreSection store={found.store} />
      <Jobs found={found} />
    </>
  )
}

function Parts({ found: { parts } }: SectionProps) {
  const w = useWords(words)
  return (
    <section className="section">
      <h2>{w.parts}</h2>
      <DataTable
        caption={w.parts}
        hideCaption
        rows={parts}
        rowKey={({ part }) => part}
        columns={[
          { key: 'part', label: w.part, cell: ({ part }) => w.partNames[part] ?? part },
          {
            key: 'state',
            label: w.state,
            cell: ({ ok }) => (
              <span className={ok ? 'state' : 'state state--alert'}>{ok ? w.works : w.fails}</span>
            ),
          },
          { key: 'detail', label: w.detail, cell: ({ detail }) => <span lang="en">{detail ?? '-'}</span> },
        ]}
      />
    </section>
  )
}

function Queues({ found: { audio, store } }: SectionProps) {
  const w = useWords(words)
  const moment = useMoment()
  const queues = [
    { name: w.waiting, count: audio.waiting, since: audio.oldest },
    { name: w.parked, count: audio.parked, since: null },
    { name: w.behind, count: store.behind, since: store.behindSince },
  ]
  return (
    <section className="section">
      <h2>{w.queues}</h2>
      <ul className="figures">
        {queues.map(({ name, count, since }) => (
          <li key={name} className="figure">
            <span className="figure__count">{count}</span> <span className="figure__name">{name}</span>
            {since && <span className="figure__name">{w.since(moment(since))}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Sweep({ found: { sweep } }: SectionProps) {
  const w = useWords(words)
  const moment = useMoment()
  const { dueSince, lastRun } = sweep
  return (
    <section className="section">
      <h2>{w.sweep}</h2>
      <p>{dueSince ? w.dueSince(moment(dueSince)) : w.nothingDue}</p>
      <p>{lastRun ? w.lastRun(moment(lastRun.startedAt), w.runStates[lastRun.state]) : w.noRun}</p>
      {lastRun?.failure && <p className="notice notice--alert">{w.failure(lastRun.failure)}</p>}
    </section>
  )
}

function Jobs({ found: { jobs } }: SectionProps) {
  const w = useWords(words)
  const moment = useMoment()
  return (
    <section className="section">
      <h2>{w.jobs}</h2>
      <DataTable
        caption={w.jobs}
        hideCaption
        rows={jobs}
        rowKey={({ name }) => name}
        empty={w.noJobs}
        columns={[
          { key: 'name', label: w.job, cell: ({ name }) => <code>{name}</code> },
          { key: 'waiting', label: w.jobWaiting, cell: ({ waiting }) => waiting, isNumber: true },
          { key: 'running', label: w.jobRunning, cell: ({ running }) => running, isNumber: true },
          {
            key: 'done',
            label: w.lastDone,
            cell: ({ lastDoneAt }) => (lastDoneAt ? moment(lastDoneAt) : w.never),
          },
          {
            key: 'failed',
            label: w.lastFailed,
            cell: ({ lastFailedAt }) => (lastFailedAt ? moment(lastFailedAt) : w.never),
          },
        ]}
      />
    </section>
  )
}

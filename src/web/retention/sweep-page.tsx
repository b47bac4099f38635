import { useId } from 'react'
import { Link, useParams } from 'react-router'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { LISTS, type ListName, type Run } from './contract.ts'
import { words } from './sweep-words.ts'
import { StartSweep } from './sweeps-page.tsx'

/** How often the page looks how a run is going, in milliseconds. */
const LOOK_MS = 1000

/** One run: how far it is, and then what it did to which recordings, and why not to others. */
export function Component() {
  const { id = '' } = useParams()
  const { run: w } = useWords(words)
  const path = `/v1/retention/sweeps/${encodeURIComponent(id)}`
  const first = useGet<Run>(path)
  const isRunning = first.data?.state === 'running'
  const run = useGet<Run>(path, { refreshMs: isRunning && LOOK_MS })
  const title = run.data?.dryRun ? w.dry : w.real
  return (
    <div className="page-parts" key={id}>
      <PageHeading title={title}>{title}</PageHeading>
      <Loaded query={run}>{(found) => <Report run={found} />}</Loaded>
      <p>
        <Link to="/opruimen">{w.back}</Link>
      </p>
    </div>
  )
}

function Report({ run }: { readonly run: Run }) {
  const { run: w, real } = useWords(words)
  const roles = useMe().data?.roles ?? []
  const isEmpty = LISTS.every((name) => run[name].length === 0) && run.stopped.length === 0
  return (
    <>
      <Times run={run} />
      <Progressed run={run} />
      {run.state === 'failed' && (
        <p className="notice notice--alert" role="alert">
          {w.failed(run.failure ?? '')}
        </p>
      )}
      <Stopped run={run} />
      {run.state === 'finished' && isEmpty && (
        <p className="empty">{run.dryRun ? w.nothingDry : w.nothing}</p>
      )}
      {LISTS.map((name) => (
        <List key={name} name={name} run={run} />
      ))}
      {run.more && <p className="notice">{w.more}</p>}
      {run.dryRun && run.state === 'finished' && !isEmpty && roles.includes('records_manager') && (
        <section className="panel">
          <h2>{real.heading}</h2>
          <p>{real.text}</p>
          <StartSweep />
        </section>
      )}
    </>
  )
}

function Times({ run }: { readonly run: Run }) {
  const { run: w } = useWords(words)
  const language = useLanguage()
  const told = (at: string) => `${fullDay(at, language)}, ${clock(at, language)}`
  return (
    <p className="field__hint">
      {w.started}: {told(run.startedAt)}
      {run.finishedAt && ` · ${w.finished}: ${told(run.finishedAt)}`}
    </p>
  )
}

/** Quiet while it changes every second; what is read out is that it is under way, and that it is over. */
function Progressed({ run: { state, progress, dryRun } }: { readonly run: Run }) {
  const { run: w, runs } = useWords(words)
  const id = useId()
  const of = (progress?.toEnd ?? 0) + (progress?.toDestroy ?? 0)
  const { quarantined = 0, archived = 0, corrected = 0, destroyed = 0 } = progress ?? {}
  const { blocked = 0, failed = 0, lost = 0 } = progress ?? {}
  const done = quarantined + archived + corrected + destroyed + blocked + failed + lost
  return (
    <div className="progress">
      <p role="status">{state === 'running' ? w.running : runs.states[state]}</p>
      {!dryRun && of > 0 && (
        <>
          <label htmlFor={id}>{w.progress(done, of)}</label>
          <progress id={id} max={of} value={Math.min(done, of)} />
        </>
      )}
    </div>
  )
}

function Stopped({ run: { stopped } }: { readonly run: Run }) {
  const { stopped: w } = useWords(words)
  const name = useNames()
  if (stopped.length === 0) return null
  return (
    <section className="notice notice--alert">
      <h2>{w.heading}</h2>
      {stopped.map(({ entity, due, live, approvalId }) => (
        <p key={entity}>
          {w.text(due, live, name('entity', entity))} {approvalId && <Link to="/goedkeuringen">{w.go}</Link>}
        </p>
      ))}
    </section>
  )
}

/** Of so many a list shows the first; nobody reads ten thousand references on a page. */
const MOST_SHOWN = 200

function List({ name, run }: { readonly name: ListName; readonly run: Run }) {
  const { run: w } = useWords(words)
  const ids = run[name]
  const others = Math.max(0, (run.progress?.[name] ?? 0) - ids.length)
  if (ids.length === 0) return null
  const heading = (run.dryRun ? w.listsDry[name] : undefined) ?? w.lists[name]
  return (
    <section className="panel">
      <h2>
        {heading} ({ids.length})
      </h2>
      <p>{w.why[name]}</p>
      <ul className="references">
        {ids.slice(0, MOST_SHOWN).map((id) => (
          <li key={id}>
            <code>{id}</code>{' '}
            {name === 'destroyed' && !run.dryRun && (
              <Link to={`/verklaringen?opname=${id}`} aria-label={`${w.show}: ${id}`}>
                {w.certificate}
              </Link>
            )}
          </li>
        ))}
      </ul>
      {ids.length > MOST_SHOWN && <p>… {ids.length - MOST_SHOWN}</p>}
      {others > 0 && <p className="field__hint">{w.others(others)}</p>}
    </section>
  )
}

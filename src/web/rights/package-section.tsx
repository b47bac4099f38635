import { type MouseEvent, useEffect, useState } from 'react'
import { ApiProblem } from '../api/request.ts'
import { useGet, useSend } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { fileSize } from '../listening/file-size.ts'
import { useStepUp } from '../shell/step-up.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import type { Package, PrivacyRequest } from './contract.ts'
import { pageWords } from './page-words.ts'

const HANDED_OVER: readonly string[] = ['access', 'copy', 'portability']
/** A package is begun within seconds of the last answer, and then tells how far it is. */
const LOOK_MS = 3000

/** Whether something was granted that is handed over, and everything asked for has its answer. */
const isDue = ({ state, items }: PrivacyRequest): boolean =>
  ['decided', 'fulfilled', 'closed'].includes(state) &&
  items.some((item) => HANDED_OVER.includes(item.type) && ['granted', 'partial'].includes(item.state))

/** The member's package: being made, there to be fetched, or gone again. */
export function PackageSection({ request }: { readonly request: PrivacyRequest }) {
  const { parcel: w } = useWords(pageWords)
  const path = `/v1/privacy-requests/${request.id}/package`
  const [refreshMs, setRefreshMs] = useState<number | false>(LOOK_MS)
  const found = useGet<Package>(isDue(request) ? path : null, { refreshMs })
  const isComing = found.error instanceof ApiProblem && found.error.status === 404
  const next = found.data?.state === 'building' || isComing ? LOOK_MS : false
  useEffect(() => {
    if (found.isFetched) setRefreshMs(next)
  }, [found.isFetched, next])
  if (!isDue(request)) return null
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      {isComing && <p role="status">{w.building}</p>}
      {found.isError && !isComing && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.data?.state === 'building' && <Building parcel={found.data} />}
      {found.data?.state === 'ready' && <Ready parcel={found.data} path={path} />}
      {found.data?.state === 'ended' && <Ended parcel={found.data} path={path} />}
    </section>
  )
}

function Building({ parcel: { recordings } }: { readonly parcel: Package }) {
  const { parcel: w } = useWords(pageWords)
  return (
    <>
      <p>{w.building}</p>
      <progress
        className="progress"
        aria-label={w.heading}
        max={Math.max(1, recordings.total)}
        value={recordings.done}
      />
      <p role="status">{w.progress(recordings.done, recordings.total)}</p>
    </>
  )
}

interface PartProps {
  readonly parcel: Package
  /** Of the package in the API. */
  readonly path: string
}

function Ready({ parcel: { bytes, expiresAt }, path }: PartProps) {
  const { parcel: w } = useWords(pageWords)
  const language = useLanguage()
  const stepUp = useStepUp()
  const confirmFirst = (event: MouseEvent) => {
    if (!stepUp.isNeeded()) return
    event.preventDefault()
    stepUp.ask()
  }
  return (
    <>
      <p>{w.text}</p>
      <p className="acts">
        <a className="button button--main" href={`${path}/file`} download onClick={confirmFirst}>
          {w.download} {w.size(fileSize(bytes, language))}
        </a>
      </p>
      {expiresAt && (
        <p className="field__hint">
          {w.until(`${fullDay(expiresAt, language)}, ${clock(expiresAt, language)}`)}
        </p>
      )}
    </>
  )
}

function Ended({ parcel: { endedBecause }, path }: PartProps) {
  const { parcel: w } = useWords(pageWords)
  const again = useSend(['/v1/privacy-requests'])
  return (
    <>
      <p>{w.ended[endedBecause ?? 'expired']}</p>
      <ProblemNote error={again.error} />
      <p className="acts">
        <button
          className="button"
          type="button"
          aria-disabled={again.isPending}
          onClick={() => !again.isPending && again.mutate({ path })}
        >
          {w.again}
        </button>
      </p>
    </>
  )
}

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
const WHILE_BUILDING_MS = 3000

/** The member's package: being made, there to be fetched, or gone again. */
export function PackageSection({ request }: { readonly request: PrivacyRequest }) {
  const { parcel: w } = useWords(pageWords)
  const isDue =
    request.types.some((type) => HANDED_OVER.includes(type)) &&
    ['decided', 'fulfilled', 'closed'].includes(request.state)
  const path = `/v1/privacy-requests/${request.id}/package`
  const [isBuilding, setBuilding] = useState(true)
  const found = useGet<Package>(isDue ? path : null, { refreshMs: isBuilding && WHILE_BUILDING_MS })
  const isOver = found.data ? found.data.state !== 'building' : found.isError
  useEffect(() => setBuilding(!isOver), [isOver])
  if (!isDue || (found.error instanceof ApiProblem && found.error.status === 404)) return null
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      {found.isError && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
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

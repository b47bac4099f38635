import { useRef, useState } from 'react'
import { Link, useLocation, useParams } from 'react-router'
import { useMe } from '../api/queries.ts'
import { ApiProblem } from '../api/request.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { Failure } from '../shell/failure.tsx'
import { Loading } from '../shell/loading.tsx'
import { CallNotFound } from '../shell/not-found.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { News, useNews } from '../ui/news.tsx'
import type { Custody, Declared, Recording } from './contract.ts'
import { FactsSection } from './facts-section.tsx'
import { HeardSection } from './heard-section.tsx'
import { KeptSection } from './kept-section.tsx'
import { PeopleSection } from './people-section.tsx'
import { PurposesSection } from './purposes-section.tsx'
import { declaredQuery } from './reason-fields.tsx'
import { StateCell } from './recording-table.tsx'
import { words } from './recording-words.ts'
import { SoundSection } from './sound-section.tsx'

const NOTHING: Declared = { reason: '', caseRef: '' }

/** One recording: what it is, why and until when it is kept, what keeps it back, and what an officer may do. */
export function Component() {
  const { id = '' } = useParams()
  const { state } = useLocation() as { state: { declared?: Declared } | null }
  return <RecordingOf key={id} id={id} begun={state?.declared ?? NOTHING} />
}

function RecordingOf({ id, begun }: { readonly id: string; readonly begun: Declared }) {
  const [declared, setDeclared] = useState(begun)
  const path = `/v1/recordings/${encodeURIComponent(id)}`
  const recording = useGet<Recording>(path + declaredQuery(declared))
  const custody = useGet<Custody>(`${path}/custody`)
  // Without the names what was shown before stays until they are there.
  const last = useRef<Recording>(undefined)
  if (recording.data) last.current = recording.data
  const shown = recording.data ?? last.current
  if (shown && custody.data)
    return <Details recording={shown} custody={custody.data} declared={declared} onDeclared={setDeclared} />
  const error = recording.error ?? custody.error
  if (!error) return <Loading />
  if (error instanceof ApiProblem && error.status === 404) return <CallNotFound />
  return <Failure error={error} onRetry={() => void recording.refetch()} />
}

/** What every section of the page knows, and how it tells what was done. */
export interface SectionProps {
  readonly recording: Recording
  readonly custody: Custody
  /** Of acts that are for a privacy officer. */
  readonly mayDecide: boolean
  /** Says what was done, once the page shows it. */
  readonly onDone: (news: string) => void
}

interface DetailsProps {
  readonly recording: Recording
  readonly custody: Custody
  readonly declared: Declared
  readonly onDeclared: (declared: Declared) => void
}

function Details({ recording, custody, declared, onDeclared }: DetailsProps) {
  const w = useWords(words)
  const language = useLanguage()
  const roles = useMe().data?.roles ?? []
  const [told, onDone] = useNews()
  const when = `${fullDay(recording.startedAt, language)}, ${clock(recording.startedAt, language)}`
  const section: SectionProps = {
    ...{ recording, custody },
    mayDecide: roles.includes('privacy_officer'),
    onDone,
  }
  return (
    <article className="wide">
      <p>
        <Link className="back" to="/opnamen">
          {w.back}
        </Link>
      </p>
      <PageHeading title={w.heading(when)}>{w.heading(when)}</PageHeading>
      <p>
        <StateCell recording={recording} />
      </p>
      <News told={told} />
      <FactsSection {...section} />
      <PeopleSection {...section} declared={declared} onDeclared={onDeclared} />
      <PurposesSection {...section} />
      <KeptSection {...section} />
      <SoundSection {...section} />
      {recording.allowed.includes('accesses') && <HeardSection id={recording.id} />}
    </article>
  )
}

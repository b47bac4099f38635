import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import type { Call } from '../api/contract.ts'
import { useCall } from '../api/queries.ts'
import { ApiProblem } from '../api/request.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { KeyboardHelp } from '../player/keyboard-help.tsx'
import { PlayButton } from '../player/play-button.tsx'
import { PlayerGroup } from '../player/player-group.tsx'
import { clockTime } from '../player/time.ts'
import { Transport } from '../player/transport.tsx'
import { Failure } from '../shell/failure.tsx'
import { Loading } from '../shell/loading.tsx'
import { CallNotFound } from '../shell/not-found.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { CopySection } from './copy-section.tsx'
import { HeardSection } from './heard-section.tsx'
import { RightsSection } from './rights-section.tsx'
import { StatusNote } from './status-note.tsx'
import { UntilSection } from './until-section.tsx'
import { useSound } from './use-sound.ts'
import { WhySection } from './why-section.tsx'

/** One call: hear it, and read why it exists, until when, who listened, and what one can do. */
export function CallPage() {
  const { id = '' } = useParams()
  const call = useCall(id)
  if (call.data) return <CallDetails key={id} call={call.data} complete={!call.isPlaceholderData} />
  if (call.isPending) return <Loading />
  if (call.error instanceof ApiProblem && call.error.status === 404) return <CallNotFound />
  return <Failure error={call.error} onRetry={() => void call.refetch()} />
}

function CallDetails({ call, complete }: { readonly call: Call; readonly complete: boolean }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const sound = useSound(call)
  const day = fullDay(call.startedAt, language)
  const playable = call.status !== 'unplayable' && call.allowed.includes('listen')
  const mayCopy = complete && call.allowed.includes('copy')
  return (
    <article className="call-page">
      <p>
        <Link className="back" to="/">
          {t('call.back')}
        </Link>
      </p>
      <PageHeading title={t('call.title', { day })}>{t('call.heading', { day })}</PageHeading>
      <StatusNote call={call} />
      {playable && (
        <PlayerGroup sound={sound} className="player">
          <PlayButton sound={sound} />
          <Transport sound={sound} />
        </PlayerGroup>
      )}
      {!playable && mayCopy && <CopySection call={call} />}
      <Facts call={call} />
      <WhySection call={call} />
      <UntilSection call={call} />
      {complete && call.allowed.includes('accesses') && <HeardSection id={call.id} />}
      {complete && <RightsSection call={call} withCopy={playable && mayCopy} />}
      {playable && <KeyboardHelp />}
    </article>
  )
}

function Facts({ call }: { readonly call: Call }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const name = useNames()
  const facts = [
    ['time', clock(call.startedAt, language)],
    ['duration', clockTime(call.durationSeconds)],
    ['product', name('product', call.product)],
    ['direction', name('direction', call.direction)],
    ['entity', name('entity', call.entity)],
  ] as const
  return (
    <section aria-label={t('call.facts')}>
      <dl className="facts">
        {facts.map(([fact, value]) => (
          <div key={fact}>
            <dt>{t(`call.${fact}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

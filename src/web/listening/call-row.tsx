import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { CallSummary } from '../api/contract.ts'
import { calendarDay, capitalised, clock, dayInMonth } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { PlayButton } from '../player/play-button.tsx'
import { PlayerGroup } from '../player/player-group.tsx'
import { clockTime } from '../player/time.ts'
import { Transport } from '../player/transport.tsx'
import { usePlayer } from '../player/use-player.ts'
import { keptFor } from './keeping.ts'
import { StatusNote } from './status-note.tsx'
import { useSound } from './use-sound.ts'
import { words } from './words.ts'

/**
 * One call in the list. Pressing play opens the controls under it; the button stays where it is. A list of
 * thousands draws a row again only when its call has changed.
 */
export const CallRow = memo(function CallRow({ call }: { readonly call: CallSummary }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const sound = useSound(call)
  const { state } = usePlayer(sound)
  const day = capitalised(dayInMonth(call.startedAt, language))
  return (
    <li className="call" data-current={state !== null}>
      <PlayerGroup sound={sound} className="call__row">
        <PlayButton sound={sound} disabled={call.status === 'unplayable'} />
        <div className="call__text">
          <h3>
            <Link to={`/gesprekken/${call.id}`}>
              <time dateTime={call.startedAt}>
                {day}, {clock(call.startedAt, language)}
              </time>
            </Link>
          </h3>
          <CallFacts call={call} />
          <StatusNote call={call} />
        </div>
        <p className="call__duration">
          <span className="unseen">{t('calls.duration', { duration: '' })}</span>
          {clockTime(call.durationSeconds)}
        </p>
        {state && <Transport sound={sound} />}
      </PlayerGroup>
    </li>
  )
})

function CallFacts({ call }: { readonly call: CallSummary }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const name = useNames()
  const w = useWords(words)
  const purposes = call.purposes.map(({ purpose }) => name('purpose', purpose).toLocaleLowerCase()).join(', ')
  return (
    <>
      <p className="call__subject">
        <span>{name('product', call.product)}</span> <span>{name('direction', call.direction)}</span>
      </p>
      <p className="call__why">
        {t('calls.for', { purposes })}
        <br />
        {call.keepUntil
          ? t('calls.keptUntil', { day: calendarDay(call.keepUntil, language) })
          : keptFor(call) === 'not'
            ? w.removedSoon
            : t('calls.keptUnknown')}
      </p>
    </>
  )
}

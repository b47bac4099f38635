import { useId, useMemo } from 'react'
import type { Call } from '../api/contract.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { KeyboardHelp } from '../player/keyboard-help.tsx'
import { PlayButton } from '../player/play-button.tsx'
import { PlayerGroup } from '../player/player-group.tsx'
import { Transport } from '../player/transport.tsx'
import type { Sound } from '../player/use-player.ts'
import { clockOf } from '../shell/session-times.ts'
import type { Emergency } from './contract.ts'
import { spokenMinutes } from './spoken-minutes.ts'
import { useTimeLeft } from './time-left.ts'
import { words } from './words.ts'

interface OpenEmergencyProps {
  readonly emergency: Emergency
  readonly onEnded: () => void
}

/** One recording, open for a while: the sound, and how long it stays. */
export function OpenEmergency({ emergency, onEnded }: OpenEmergencyProps) {
  const { open: w } = useWords(words)
  const sound = useEmergencySound(emergency)
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{w.heading(sound.when)}</h2>
      <TimeLeft until={emergency.endsAt} onEnded={onEnded} />
      <p>{w.confidential}</p>
      <PlayerGroup sound={sound} className="player">
        <PlayButton sound={sound} />
        <Transport sound={sound} />
      </PlayerGroup>
      <KeyboardHelp />
    </section>
  )
}

function useEmergencySound({ recordingId }: Emergency): Sound {
  const { refusals } = useWords(words)
  const language = useLanguage()
  const call = useGet<Call>(`/v1/recordings/${recordingId}`).data
  const startedAt = call?.startedAt
  const durationSeconds = call?.durationSeconds ?? null
  return useMemo(
    () => ({
      id: recordingId,
      when: startedAt ? `${fullDay(startedAt, language)}, ${clock(startedAt, language)}` : recordingId,
      durationSeconds,
      preparing: false,
      pictured: false,
      channels: [],
      refusals,
    }),
    [recordingId, startedAt, durationSeconds, language, refusals],
  )
}

function TimeLeft({ until, onEnded }: { readonly until: string; readonly onEnded: () => void }) {
  const { open: w } = useWords(words)
  const language = useLanguage()
  const ms = useTimeLeft(until, onEnded)
  const minutes = spokenMinutes(ms)
  return (
    <p>
      {w.until(clock(until, language))}{' '}
      <strong role="timer" aria-label={w.left}>
        {clockOf(ms)}
      </strong>
      <span aria-live="polite" className="unseen">
        {minutes !== null && w.minutes(minutes)}
      </span>
    </p>
  )
}

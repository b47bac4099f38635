import { useTranslation } from 'react-i18next'
import { PauseIcon, PlayIcon, ReplayIcon } from './icons.tsx'
import type { PlayerState } from './player.ts'
import { type Sound, usePlayer } from './use-player.ts'

/** The one button that starts and stops the sound; its name says which call and what it will do. */
export function PlayButton({
  sound,
  disabled = false,
}: {
  readonly sound: Sound
  readonly disabled?: boolean
}) {
  const { t } = useTranslation()
  const { player, state, sounding } = usePlayer(sound)
  const offer = offered(state)
  const { when } = sound
  return (
    <button
      type="button"
      className="play"
      data-sounding={sounding}
      aria-label={t(`player.${offer}`, { when })}
      disabled={disabled}
      onClick={() => (offer === 'pause' ? player.pause() : void player.play(sound.id, sound.intent))}
    >
      {offer === 'pause' ? <PauseIcon /> : offer === 'replay' ? <ReplayIcon /> : <PlayIcon />}
    </button>
  )
}

function offered(state: PlayerState | null): 'play' | 'pause' | 'replay' {
  if (state?.phase === 'playing' || state?.phase === 'opening') return 'pause'
  return state?.phase === 'ended' ? 'replay' : 'play'
}

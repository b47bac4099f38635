import type { KeyboardEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type KeyAction, keyAction } from './keys.ts'
import { type PlayerOfCall, type Sound, usePlayer } from './use-player.ts'

interface PlayerGroupProps {
  readonly sound: Sound
  readonly className: string
  readonly children: ReactNode
}

/** Holds the controls of one call together, and listens to the keys that work on any of them. */
export function PlayerGroup({ sound, className, children }: PlayerGroupProps) {
  const { t } = useTranslation()
  const call = usePlayer(sound)
  const onKeyDown = (event: KeyboardEvent) => {
    const action = keyAction(event, placeOf(event.target))
    if (!action) return
    event.preventDefault()
    act(action, call, sound)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form, and this is none.
    <div
      role="group"
      className={className}
      aria-label={t('player.label', { when: sound.when })}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  )
}

function placeOf(target: EventTarget): 'slider' | 'list' | 'other' {
  if (target instanceof HTMLSelectElement) return 'list'
  return target instanceof HTMLInputElement && target.type === 'range' ? 'slider' : 'other'
}

function act(
  action: KeyAction,
  { player, positionSeconds, durationSeconds, sounding }: PlayerOfCall,
  sound: Sound,
): void {
  if (action.kind === 'toggle') {
    if (sounding) player.pause()
    else void player.play(sound.id, sound.intent)
    return
  }
  const target =
    action.kind === 'move' ? positionSeconds + action.bySeconds : edge(action.to, durationSeconds)
  player.seek(sound.id, target, durationSeconds)
}

const edge = (to: 'start' | 'end', durationSeconds: number | null): number =>
  to === 'start' ? 0 : (durationSeconds ?? 0)

import { useEffect, useSyncExternalStore } from 'react'
import type { ChannelChoice, Intent } from '../api/contract.ts'
import { waveformUrl } from '../api/queries.ts'
import { usePage } from '../shell/context.ts'
import type { Player, PlayerState } from './player.ts'

/** What the controls need to know of a call. */
export interface Sound {
  readonly id: string
  /** When the call was, in words; the controls are named after it. */
  readonly when: string
  /** Length from the call's own times, until the file tells it exactly. */
  readonly durationSeconds: number | null
  /** It is still being made ready; what plays until then is the sound as it came in. */
  readonly preparing: boolean
  /** A picture of it is known to be there. */
  readonly pictured: boolean
  /** The parts that are known to be there; a listening session tells them exactly. */
  readonly channels: readonly ChannelChoice[]
  /** What staff declare. */
  readonly intent?: Intent
  /** What is said of a failure here instead of what a member is told; by reason, or by failure. */
  readonly refusals?: Readonly<Record<string, string>>
}

export interface PlayerOfCall {
  readonly player: Player
  /** Null while the player has another call or none. */
  readonly state: PlayerState | null
  readonly positionSeconds: number
  readonly durationSeconds: number | null
  readonly sounding: boolean
  readonly channels: readonly ChannelChoice[]
  /** Null as long as no picture is known to be there. */
  readonly waveformUrl: string | null
}

/** The player as one call sees it; a list of many calls redraws only the one that plays. */
export function usePlayer(sound: Sound): PlayerOfCall {
  const { player } = usePage()
  const state = useSyncExternalStore(player.subscribe, () => {
    const current = player.read()
    return current.recordingId === sound.id ? current : null
  })
  return {
    player,
    state,
    positionSeconds: state?.positionSeconds ?? 0,
    durationSeconds: state?.durationSeconds ?? sound.durationSeconds,
    sounding: state?.phase === 'playing' || state?.phase === 'opening',
    channels: state?.channels ?? sound.channels,
    waveformUrl: state?.waveformUrl ?? (sound.pictured ? waveformUrl(sound.id) : null),
  }
}

/** Says that the controls of this call are on screen for as long as the component is. */
export function useOnScreen(recordingId: string): void {
  const { player } = usePage()
  useEffect(() => player.show(recordingId), [player, recordingId])
}

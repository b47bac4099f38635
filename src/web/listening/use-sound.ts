import { useMemo } from 'react'
import type { Call, CallSummary, ChannelChoice } from '../api/contract.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import type { Sound } from '../player/use-player.ts'

/** A call of the list, or one whose page told more of it. */
type KnownCall = CallSummary & Partial<Pick<Call, 'media' | 'channels'>>

/** A call as the player knows it. */
export function useSound({ id, status, startedAt, durationSeconds, media, channels }: KnownCall): Sound {
  const language = useLanguage()
  return useMemo(
    () => ({
      id,
      durationSeconds,
      when: `${fullDay(startedAt, language)}, ${clock(startedAt, language)}`,
      preparing: status === 'processing',
      pictured: media?.state === 'ready',
      channels: partsOf(media?.renditions ?? [], channels ?? []),
    }),
    [id, status, startedAt, durationSeconds, media, channels, language],
  )
}

const PARTS = [
  { channel: 'mix', rendition: 'mix' },
  { channel: '1', rendition: 'channel1' },
  { channel: '2', rendition: 'channel2' },
] as const

/** The parts as a listening session will list them. */
function partsOf(renditions: readonly string[], parties: readonly string[]): ChannelChoice[] {
  return PARTS.filter(({ rendition }) => renditions.includes(rendition)).map(({ channel }) => {
    const label = parties[Number(channel) - 1]
    return label === undefined ? { channel } : { channel, label }
  })
}

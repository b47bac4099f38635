import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { todayOf } from '../listening/keeping.ts'
import { PlayButton } from '../player/play-button.tsx'
import { PlayerGroup } from '../player/player-group.tsx'
import { Transport } from '../player/transport.tsx'
import { type Sound, usePlayer } from '../player/use-player.ts'
import type { ItemProps } from './item-page.tsx'
import { words } from './item-words.ts'
import { samplePath } from './use-coaching.ts'

/** The masked sound of a drawn call, or in words why there is none. */
export function ItemPlayer({ sample, item, sound }: ItemProps & { readonly sound: Sound }) {
  const w = useWords(words)
  useNewsOfWithdrawal(sound, sample.id)
  const [today] = useState(() => todayOf(Date.now()))
  if (sample.ended || item.endsOn < today) return <p className="note">{w.over}</p>
  if (item.masked === 'none') return <p className="note">{w.unmasked}</p>
  if (item.masked === 'waiting')
    return (
      <p className="note" role="status">
        {w.waiting}
      </p>
    )
  return (
    <PlayerGroup sound={sound} className="player">
      <PlayButton sound={sound} />
      <Transport sound={sound} />
    </PlayerGroup>
  )
}

const NEWS_MS = 5000
const LOOKS = 10

/** When the sound was refused, the sample tells why within seconds: it is asked until the call is withdrawn. */
function useNewsOfWithdrawal(sound: Sound, sampleId: string): void {
  const client = useQueryClient()
  const { state } = usePlayer(sound)
  const isRefused = state?.failure === 'forbidden' || state?.failure === 'gone'
  useEffect(() => {
    if (!isRefused) return
    let looks = 0
    const look = () => {
      looks += 1
      if (looks === LOOKS) clearInterval(timer)
      void client.invalidateQueries({ queryKey: ['get', samplePath(sampleId)] })
    }
    const timer = setInterval(look, NEWS_MS)
    look()
    return () => clearInterval(timer)
  }, [isRefused, client, sampleId])
}

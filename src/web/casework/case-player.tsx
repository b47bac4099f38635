import { useWords } from '../i18n/words.ts'
import { PlayButton } from '../player/play-button.tsx'
import { PlayerGroup } from '../player/player-group.tsx'
import { Transport } from '../player/transport.tsx'
import type { Sound } from '../player/use-player.ts'
import { words } from './words.ts'

/** The player; until purpose and case are declared there is a button that does nothing, and no keys. */
export function CasePlayer({ sound, ready }: { readonly sound: Sound; readonly ready: boolean }) {
  const { declare: w } = useWords(words)
  if (!ready)
    return (
      <div className="player">
        <PlayButton sound={sound} disabled />
        <p>{w.first}</p>
      </div>
    )
  return (
    <PlayerGroup sound={sound} className="player">
      <PlayButton sound={sound} />
      <Transport sound={sound} />
    </PlayerGroup>
  )
}

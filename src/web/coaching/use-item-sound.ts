import { useMemo } from 'react'
import { monthName } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import type { Sound } from '../player/use-player.ts'
import type { Sample, SampleItem } from './contract.ts'
import { words } from './item-words.ts'

/** A drawn call as the player knows it; null once it was withdrawn. */
export function useItemSound({ id: sampleId }: Sample, item: SampleItem): Sound | null {
  const w = useWords(words)
  const language = useLanguage()
  const { recordingId, n, month, durationSeconds } = item
  return useMemo(() => {
    if (recordingId === null) return null
    return {
      id: recordingId,
      when: w.when(n, month === null ? '' : monthName(month, language)),
      durationSeconds,
      preparing: false,
      pictured: false,
      channels: [],
      intent: { sampleId },
      refusals: w.refusals,
    }
  }, [recordingId, n, month, durationSeconds, sampleId, language, w])
}

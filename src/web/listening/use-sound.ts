import { useMemo } from 'react'
import type { CallSummary } from '../api/contract.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import type { Sound } from '../player/use-player.ts'

/** A call as the player knows it. */
export function useSound({ id, startedAt, durationSeconds }: CallSummary): Sound {
  const language = useLanguage()
  return useMemo(
    () => ({ id, durationSeconds, when: `${fullDay(startedAt, language)}, ${clock(startedAt, language)}` }),
    [id, startedAt, durationSeconds, language],
  )
}

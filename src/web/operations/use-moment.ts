import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'

/** A moment as people read it, to the minute. */
export function useMoment(): (instant: string) => string {
  const language = useLanguage()
  return (instant) => `${fullDay(instant, language)}, ${clock(instant, language)}`
}

import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'

/** An instant in words, with its day and time in the Netherlands. */
export function useMoment(): (at: string) => string {
  const language = useLanguage()
  return (at) => `${fullDay(at, language)}, ${clock(at, language)}`
}

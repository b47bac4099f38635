import { inBoth, useWords } from '../i18n/words.ts'
import { words as rulesWords } from '../retention/rules-words.ts'

const words = inBoth({ notAssessed: 'niet beoordeeld' }, { notAssessed: 'not assessed' })

/** What is sensitive in a call, by its name; an unknown code as it is. */
export function useSensitivity(): (code: string) => string {
  const { notAssessed } = useWords(words)
  const { sensitivity } = useWords(rulesWords)
  return (code) => (code === 'not_assessed' ? notAssessed : (sensitivity[code] ?? code))
}

import { useMe } from '../api/queries.ts'
import { useWords } from '../i18n/words.ts'
import { words } from './words.ts'

/** Under this name the service's own rules file stands where otherwise a person does. */
const CONFIGURATION = 'configuration'

/** Somebody by their identifier, in words: yourself, the configuration, or who it is. */
export function useWho(): (sub: string) => string {
  const w = useWords(words)
  const own = useMe().data?.sub
  return (sub) => (sub === own ? w.you : sub === CONFIGURATION ? w.configuration : sub)
}

import { useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import type { LogEvent } from './contract.ts'
import { words } from './words.ts'

/** Who did it, or what is known of that. */
export function Who({ event: { actor, roles, erased } }: { readonly event: LogEvent }) {
  const w = useWords(words)
  const name = useNames()
  const named = roles.map((role) => name('role', role)).join(', ')
  if (erased) return `${w.erased}${named && ` (${named})`}`
  if (actor === null) return w.service
  return named ? `${actor} (${named})` : actor
}

import type { Access } from '../api/contract.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import { AskName } from './ask-name.tsx'
import { words } from './words.ts'

/** An organisation by its name; staff by their role, and by name only after two people agreed. */
export function AccessWho({ access, path }: { readonly access: Access; readonly path: string }) {
  const { heard: w } = useWords(words)
  const name = useNames()
  if (access.recipient !== undefined) return access.recipient
  if (access.byYou) return w.self
  if (access.action === 'automatic') return w.system
  return (
    <div>
      {access.roles.map((role) => name('role', role)).join(', ')}
      <AskName access={access} path={path} />
    </div>
  )
}

export function AccessWhy({ access: { action, purpose, breakGlass } }: { readonly access: Access }) {
  const { heard: w } = useWords(words)
  const name = useNames()
  if (breakGlass) return w.emergency
  if (purpose === null) return w.unknown
  return action === 'disclosed' ? purpose : name('purpose', purpose)
}

export function AccessMoment({ access: { firstAt } }: { readonly access: Access }) {
  const language = useLanguage()
  return (
    <time dateTime={firstAt}>
      {fullDay(firstAt, language)}, {clock(firstAt, language)}
    </time>
  )
}

/** How much was heard, as far as it is known. */
export function AccessPart({
  access: { action, task, heardSeconds, durationSeconds },
}: {
  readonly access: Access
}) {
  const { heard: w } = useWords(words)
  if (action === 'copied') return w.copied
  if (action === 'disclosed') return w.disclosed
  if (action === 'automatic') return w.tasks[task ?? 'prepared']
  return heardSeconds === null ? w.listened : w.part(clockTime(heardSeconds), clockTime(durationSeconds))
}

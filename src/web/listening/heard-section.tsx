import type { Access } from '../api/contract.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { AskName } from './ask-name.tsx'
import { words } from './words.ts'

/** Who listened to the call: staff by role and purpose, the member's own times and automatic work apart. */
export function HeardSection({ id }: { readonly id: string }) {
  const { heard: w } = useWords(words)
  const path = `/v1/recordings/${encodeURIComponent(id)}/accesses`
  const accesses = useGet<{ items: readonly Access[] }>(path)
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{w.intro}</p>
      <Loaded query={accesses}>{({ items }) => <Accesses items={items} path={path} />}</Loaded>
    </section>
  )
}

interface AccessesProps {
  readonly items: readonly Access[]
  readonly path: string
}

function Accesses({ items, path }: AccessesProps) {
  const { heard: w } = useWords(words)
  const own = items.filter(({ byYou }) => byYou)
  const automatic = items.filter(({ action }) => action === 'automatic')
  return (
    <>
      <HeardByStaff
        items={items.filter(({ byYou, action }) => !byYou && action !== 'automatic')}
        path={path}
      />
      {own.length > 0 && <Apart summary={w.own(own.length)} accesses={own} />}
      {automatic.length > 0 && <Apart summary={w.automatic(automatic.length)} accesses={automatic} />}
    </>
  )
}

function Apart({ summary, accesses }: { readonly summary: string; readonly accesses: readonly Access[] }) {
  return (
    <details>
      <summary>{summary}</summary>
      <ul className="own-times">
        {accesses.map((access) => (
          <li key={`${access.firstAt} ${access.action} ${access.task ?? ''}`}>
            <Moment access={access} />: <Part access={access} />
          </li>
        ))}
      </ul>
    </details>
  )
}

function HeardByStaff({ items, path }: AccessesProps) {
  const { heard: w } = useWords(words)
  return (
    <DataTable
      caption={w.caption}
      hideCaption
      rows={items}
      rowKey={({ id, firstAt, action, recipient }) => id ?? [firstAt, action, recipient].join(' ')}
      empty={w.empty}
      columns={[
        { key: 'when', label: w.when, cell: (access) => <Moment access={access} /> },
        { key: 'who', label: w.who, cell: (access) => <Who access={access} path={path} /> },
        { key: 'why', label: w.why, cell: (access) => <Why access={access} /> },
        { key: 'what', label: w.what, cell: (access) => <Part access={access} /> },
      ]}
    />
  )
}

/** An organisation by its name; staff by their role, and by name only after two people agreed. */
function Who({ access, path }: { readonly access: Access; readonly path: string }) {
  const name = useNames()
  if (access.recipient !== undefined) return access.recipient
  return (
    <div>
      {access.roles.map((role) => name('role', role)).join(', ')}
      <AskName access={access} path={path} />
    </div>
  )
}

function Why({ access: { action, purpose, breakGlass } }: { readonly access: Access }) {
  const { heard: w } = useWords(words)
  const name = useNames()
  if (breakGlass) return w.emergency
  if (purpose === null) return w.unknown
  return action === 'disclosed' ? purpose : name('purpose', purpose)
}

function Moment({ access: { firstAt } }: { readonly access: Access }) {
  const language = useLanguage()
  return (
    <time dateTime={firstAt}>
      {fullDay(firstAt, language)}, {clock(firstAt, language)}
    </time>
  )
}

/** How much was heard, as far as it is known. */
function Part({ access: { action, task, heardSeconds, durationSeconds } }: { readonly access: Access }) {
  const { heard: w } = useWords(words)
  if (action === 'copied') return w.copied
  if (action === 'disclosed') return w.disclosed
  if (action === 'automatic') return w.tasks[task ?? 'prepared']
  return heardSeconds === null ? w.listened : w.part(clockTime(heardSeconds), clockTime(durationSeconds))
}

import type { Access } from '../api/contract.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { words } from './words.ts'

/** Who listened to the call: staff by role and purpose, never by name, and the member's own times apart. */
export function HeardSection({ id }: { readonly id: string }) {
  const { heard: w } = useWords(words)
  const accesses = useGet<{ items: readonly Access[] }>(`/v1/recordings/${encodeURIComponent(id)}/accesses`)
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{w.intro}</p>
      <Loaded query={accesses}>{({ items }) => <Accesses items={items} />}</Loaded>
    </section>
  )
}

function Accesses({ items }: { readonly items: readonly Access[] }) {
  const { heard: w } = useWords(words)
  const own = items.filter(({ byYou }) => byYou)
  return (
    <>
      <HeardByStaff accesses={items.filter(({ byYou }) => !byYou)} />
      {own.length > 0 && (
        <details>
          <summary>{w.own(own.length)}</summary>
          <ul className="own-times">
            {own.map((access) => (
              <li key={`${access.firstAt} ${access.action}`}>
                <Moment access={access} />: <Part access={access} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function HeardByStaff({ accesses }: { readonly accesses: readonly Access[] }) {
  const { heard: w } = useWords(words)
  const name = useNames()
  return (
    <DataTable
      caption={w.caption}
      hideCaption
      rows={accesses}
      rowKey={({ firstAt, lastAt, action, roles }) => [firstAt, lastAt, action, ...roles].join(' ')}
      empty={w.empty}
      columns={[
        { key: 'when', label: w.when, cell: (access) => <Moment access={access} /> },
        {
          key: 'who',
          label: w.who,
          cell: ({ roles, recipient }) => recipient ?? roles.map((role) => name('role', role)).join(', '),
        },
        {
          key: 'why',
          label: w.why,
          cell: ({ action, purpose }) =>
            purpose === null ? w.unknown : action === 'disclosed' ? purpose : name('purpose', purpose),
        },
        { key: 'what', label: w.what, cell: (access) => <Part access={access} /> },
      ]}
    />
  )
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
function Part({ access: { action, heardSeconds, durationSeconds } }: { readonly access: Access }) {
  const { heard: w } = useWords(words)
  if (action === 'copied') return w.copied
  if (action === 'disclosed') return w.disclosed
  return heardSeconds === null ? w.listened : w.part(clockTime(heardSeconds), clockTime(durationSeconds))
}

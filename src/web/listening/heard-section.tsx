import type { Access } from '../api/contract.ts'
import { useGet } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { AccessMoment, AccessPart, AccessWho, AccessWhy } from './access-cells.tsx'
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
            <AccessMoment access={access} />: <AccessPart access={access} />
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
        { key: 'when', label: w.when, cell: (access) => <AccessMoment access={access} /> },
        { key: 'who', label: w.who, cell: (access) => <AccessWho access={access} path={path} /> },
        { key: 'why', label: w.why, cell: (access) => <AccessWhy access={access} /> },
        { key: 'what', label: w.what, cell: (access) => <AccessPart access={access} /> },
      ]}
    />
  )
}

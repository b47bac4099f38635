import type { Access } from '../api/contract.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { words } from './sound-words.ts'

/** As the member sees it, and with the name of the account and the file besides. */
export interface OfficerAccess extends Access {
  readonly actor?: string | null
  readonly caseRef?: string | null
  /** Last day on which the member does not see the line. */
  readonly withheldUntil?: string | null
}

/** Who listened, in which role, for which file. */
export function HeardSection({ id }: { readonly id: string }) {
  const w = useWords(words)
  const accesses = useGet<{ items: readonly OfficerAccess[] }>(`/v1/recordings/${id}/accesses`)
  return (
    <section className="section">
      <h2>{w.heard}</h2>
      <Loaded query={accesses}>{({ items }) => <Accesses items={items} />}</Loaded>
    </section>
  )
}

function Accesses({ items }: { readonly items: readonly OfficerAccess[] }) {
  const w = useWords(words)
  return (
    <DataTable
      caption={w.heard}
      hideCaption
      rows={items}
      rowKey={({ id, firstAt, action, task, recipient }) =>
        id ?? [firstAt, action, task, recipient].join(' ')
      }
      empty={w.heardEmpty}
      columns={useAccessColumns()}
    />
  )
}

/** What officers read of a line. */
export function useAccessColumns(): Column<OfficerAccess>[] {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const part = ({ action, task, heardSeconds, durationSeconds }: OfficerAccess) => {
    if (action === 'copied') return w.copied
    if (action === 'disclosed') return w.disclosed
    if (action === 'automatic') return w.tasks[task ?? 'prepared']
    return heardSeconds === null ? w.listened : w.part(clockTime(heardSeconds), clockTime(durationSeconds))
  }
  return [
    {
      key: 'when',
      label: w.when,
      cell: ({ firstAt }) => `${fullDay(firstAt, language)}, ${clock(firstAt, language)}`,
    },
    {
      key: 'who',
      label: w.who,
      cell: ({ roles, actor, action, recipient }) => {
        if (action === 'automatic') return w.system
        if (recipient !== undefined) return recipient
        if (roles.includes('member')) return w.own
        return `${roles.map((role) => name('role', role)).join(', ')} (${actor ?? '-'})`
      },
    },
    {
      key: 'why',
      label: w.why,
      cell: ({ action, purpose, caseRef, breakGlass, withheldUntil }) =>
        [
          action === 'disclosed' ? purpose : purpose && name('purpose', purpose),
          caseRef,
          breakGlass && w.emergency,
          withheldUntil && w.withheld(fullDay(withheldUntil, language)),
        ]
          .filter(Boolean)
          .join(', ') || '-',
    },
    { key: 'what', label: w.what, cell: part },
  ]
}

import { Link } from 'react-router'
import type { CallSummary } from '../api/contract.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import type { Declaration } from './declaration.tsx'
import { words } from './words.ts'

/** What staff see of a call; the references only where it is for their role. */
export interface CaseCall extends CallSummary {
  readonly memberRef?: string | null
  readonly agentRef?: string | null
}

/** What the page of a call is told by the list it was chosen from. */
export interface CameFrom {
  readonly call: CaseCall
  readonly declaration?: Declaration
}

interface CaseCallsProps {
  readonly caption: string
  readonly empty: string
  readonly calls: readonly CaseCall[]
  /** Under which they were found. */
  readonly declaration?: Declaration
}

/** Calls to choose one from. */
export function CaseCalls({ caption, empty, calls, declaration }: CaseCallsProps) {
  const { table: w } = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const columns: Column<CaseCall>[] = [
    {
      key: 'when',
      label: w.when,
      cell: (call) => (
        <Link
          to={`/beluisteren/${call.id}`}
          state={{ call, ...(declaration && { declaration }) } satisfies CameFrom}
        >
          {fullDay(call.startedAt, language)}, {clock(call.startedAt, language)}
        </Link>
      ),
    },
    { key: 'about', label: w.about, cell: ({ product }) => name('product', product) },
    {
      key: 'who',
      label: w.who,
      cell: ({ direction }) => (direction === 'inbound' ? w.inbound : w.outbound),
    },
    ...(calls.some(({ memberRef }) => memberRef)
      ? [{ key: 'member', label: w.member, cell: ({ memberRef }: CaseCall) => memberRef ?? '–' }]
      : []),
    {
      key: 'purposes',
      label: w.purposes,
      cell: ({ purposes }) => purposes.map(({ purpose }) => name('purpose', purpose)).join(', '),
    },
  ]
  return (
    <DataTable
      caption={caption}
      hideCaption
      rows={calls}
      rowKey={({ id }) => id}
      empty={empty}
      columns={columns}
    />
  )
}

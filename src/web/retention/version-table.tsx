import { Link } from 'react-router'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { DataTable } from '../ui/data-table.tsx'
import type { BookSummary } from './contract.ts'
import { words } from './rules-words.ts'
import { useWho } from './who.tsx'

interface VersionTableProps {
  readonly versions: readonly BookSummary[]
  readonly current: number
}

/** Every version, the newest first: who proposed it, who decided, and where it stands. */
export function VersionTable({ versions, current }: VersionTableProps) {
  const { versions: w } = useWords(words)
  const language = useLanguage()
  const who = useWho()
  const inForce = versions.find(({ version }) => version === current)
  const columns = [
    {
      key: 'version',
      label: w.version,
      cell: ({ version }: BookSummary) => (
        <Link to={`/bewaartermijnen/${version}`}>
          <span className="unseen">{w.version} </span>
          {version}
        </Link>
      ),
    },
    {
      key: 'state',
      label: w.state,
      cell: (book: BookSummary) => <strong>{w[stateOf(book, inForce)]}</strong>,
    },
    {
      key: 'from',
      label: w.from,
      cell: ({ effectiveFrom }: BookSummary) => calendarDay(effectiveFrom, language),
    },
    { key: 'drafted', label: w.drafted, cell: ({ draftedBy }: BookSummary) => who(draftedBy) },
    {
      key: 'decided',
      label: w.decided,
      cell: ({ decidedBy }: BookSummary) => (decidedBy === null ? '–' : who(decidedBy)),
    },
  ]
  return (
    <DataTable
      caption={w.heading}
      columns={columns}
      rows={versions}
      rowKey={({ version }) => String(version)}
    />
  )
}

export type VersionState = 'current' | 'coming' | 'past' | 'draft' | 'lapsed' | 'rejected' | 'withdrawn'

/** Pure: where a version stands beside the one in force. */
export function stateOf(
  { version, state, decidedBy, effectiveFrom }: BookSummary,
  inForce: BookSummary | undefined,
): VersionState {
  if (state === 'draft' || state === 'lapsed') return state
  // Whoever takes back a proposal of their own decides nothing.
  if (state === 'rejected') return decidedBy === null ? 'withdrawn' : 'rejected'
  if (version === inForce?.version) return 'current'
  const isLater =
    inForce !== undefined &&
    (effectiveFrom > inForce.effectiveFrom ||
      (effectiveFrom === inForce.effectiveFrom && version > inForce.version))
  return isLater ? 'coming' : 'past'
}

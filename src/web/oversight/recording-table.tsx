import { Link } from 'react-router'
import { calendarDay, clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import type { Declared, RecordingItem } from './contract.ts'
import { words } from './recordings-words.ts'
import { words as shared } from './words.ts'

interface RecordingTableProps {
  readonly caption: string
  readonly recordings: readonly RecordingItem[]
  readonly empty?: string
  /** Goes with the officer to the recording, where the same is asked for. */
  readonly declared?: Declared
  readonly withMember?: boolean
}

/** Recordings as officers see them in a list. */
export function RecordingTable(props: RecordingTableProps) {
  const { caption, recordings, empty, declared, withMember = false } = props
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const columns: Column<RecordingItem>[] = [
    {
      key: 'when',
      label: w.when,
      cell: ({ id, startedAt }) => (
        <Link to={`/opnamen/${id}`} state={declared ? { declared } : undefined}>
          {fullDay(startedAt, language)}, {clock(startedAt, language)}
        </Link>
      ),
    },
    ...(withMember ? [{ key: 'member', label: w.member, cell: MemberCell } as Column<RecordingItem>] : []),
    {
      key: 'about',
      label: w.about,
      cell: ({ product, entity }) => `${name('product', product)}, ${name('entity', entity)}`,
    },
    { key: 'state', label: w.state, cell: (recording) => <StateCell recording={recording} /> },
    {
      key: 'until',
      label: w.keepUntil,
      cell: ({ keepUntil }) => (keepUntil ? calendarDay(keepUntil, language) : w.openEnd),
    },
  ]
  return (
    <DataTable
      caption={caption}
      hideCaption
      rows={recordings}
      rowKey={({ id }) => id}
      columns={columns}
      {...(empty === undefined ? {} : { empty })}
    />
  )
}

const MemberCell = ({ memberRef }: RecordingItem) => <Member memberRef={memberRef} />

function Member({ memberRef }: { readonly memberRef: string | null | undefined }) {
  const w = useWords(shared)
  return memberRef ?? w.unknown
}

/** The status, and what keeps the recording back. */
export function StateCell({
  recording: { status, held, restricted },
}: {
  readonly recording: Pick<RecordingItem, 'status' | 'held' | 'restricted'>
}) {
  const w = useWords(shared)
  return (
    <>
      <span className="state">{w.status[status] ?? status}</span>{' '}
      {held && <span className="state state--alert">{w.held}</span>}{' '}
      {restricted && <span className="state state--alert">{w.restricted}</span>}
    </>
  )
}

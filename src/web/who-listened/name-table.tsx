import { useMe } from '../api/queries.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { RecordingLink } from '../ui/recording-link.tsx'
import type { NameRequest } from './contract.ts'
import { words } from './name-words.ts'

interface NameTableProps {
  readonly requests: readonly NameRequest[]
  readonly onAct: (request: NameRequest) => void
}

export function NameTable({ requests, onAct }: NameTableProps) {
  const w = useWords(words)
  const language = useLanguage()
  const { columns: names } = w
  const columns: Column<NameRequest>[] = [
    {
      key: 'when',
      label: names.when,
      cell: ({ askedAt }) => `${fullDay(askedAt, language)}, ${clock(askedAt, language)}`,
    },
    {
      key: 'recording',
      label: names.recording,
      cell: ({ recordingId }) => <RecordingLink id={recordingId} />,
    },
    { key: 'who', label: names.who, cell: ({ listener }) => listener },
    { key: 'reason', label: names.reason, cell: ({ reason }) => reason },
    { key: 'state', label: names.state, cell: (request) => <State of={request} /> },
    { key: 'act', label: names.act, cell: (request) => <Act of={request} onAct={() => onAct(request)} /> },
  ]
  return (
    <DataTable
      caption={w.caption}
      hideCaption
      rows={requests}
      rowKey={({ id }) => id}
      empty={w.none}
      columns={columns}
    />
  )
}

interface OfOne {
  readonly of: NameRequest
}

function State({ of: { state, name, balance, decidedBy, approvedBy } }: OfOne) {
  const w = useWords(words)
  return (
    <div className="stack">
      <p>
        <span className={state === 'open' || state === 'proposed' ? 'state state--alert' : 'state'}>
          {w.states[state]}
        </span>
      </p>
      {name && <p>{w.name(name)}</p>}
      {balance && decidedBy && <p className="field__hint">{w.balance(decidedBy, balance)}</p>}
      {approvedBy && <p className="field__hint">{w.approvedBy(approvedBy)}</p>}
    </div>
  )
}

/** Whoever is asked about decides nothing, and nobody agrees with themselves. */
function Act({ of: { state, listener, decidedBy, askedAt }, onAct }: OfOne & { readonly onAct: () => void }) {
  const w = useWords(words)
  const language = useLanguage()
  const me = useMe().data
  const isLeft = state === 'open' || state === 'proposed'
  if (!isLeft || !me?.roles.includes('privacy_officer')) return '–'
  if (listener === me.sub) return w.self
  if (state === 'proposed' && decidedBy === me.sub) return w.second
  const [label, full] = state === 'open' ? [w.decide, w.decideOf] : [w.judge, w.judgeOf]
  return (
    <button
      className="button"
      type="button"
      aria-label={full(listener, fullDay(askedAt, language))}
      onClick={onAct}
    >
      {label}
    </button>
  )
}

import { useMe } from '../api/queries.ts'
import { calendarDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { useStepUp } from '../shell/step-up.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import type { Withholding } from './contract.ts'
import type { WithholdingAct } from './withholding-dialogs.tsx'
import { words } from './withholding-words.ts'

type OnAct = (act: WithholdingAct, withholding: Withholding) => void

interface WithholdingTableProps {
  readonly withholdings: readonly Withholding[]
  readonly onAct: OnAct
}

export function WithholdingTable({ withholdings, onAct }: WithholdingTableProps) {
  const w = useWords(words)
  const { columns: names } = w
  const columns: Column<Withholding>[] = [
    { key: 'what', label: names.what, cell: (withholding) => <What of={withholding} /> },
    { key: 'why', label: names.why, cell: (withholding) => <Why of={withholding} /> },
    { key: 'until', label: names.until, cell: (withholding) => <Until of={withholding} /> },
    { key: 'state', label: names.state, cell: (withholding) => <State of={withholding} /> },
    {
      key: 'act',
      label: names.act,
      cell: (withholding) => <Acts of={withholding} onAct={(act) => onAct(act, withholding)} />,
    },
  ]
  return (
    <DataTable
      caption={w.caption}
      hideCaption
      rows={withholdings}
      rowKey={({ id }) => id}
      empty={w.none}
      columns={columns}
    />
  )
}

interface OfOne {
  readonly of: Withholding
}

function What({ of: { caseRef, entity, askedBy, approvedBy } }: OfOne) {
  const w = useWords(words)
  const name = useNames()
  return (
    <div className="stack">
      <p>
        {caseRef}, {name('entity', entity)}
      </p>
      <p className="field__hint">{w.by(askedBy, approvedBy)}</p>
    </div>
  )
}

function Why({ of: { necessity, proportionality, reviewedBy, reviewNote } }: OfOne) {
  const w = useWords(words)
  return (
    <div className="stack">
      <p>
        <strong>{w.necessity}:</strong> {necessity}
      </p>
      <p>
        <strong>{w.proportionality}:</strong> {proportionality}
      </p>
      {reviewedBy && reviewNote && <p>{w.note(reviewedBy, reviewNote)}</p>}
    </div>
  )
}

function Until({ of: { state, withheldUntil, reviewBy } }: OfOne) {
  const w = useWords(words)
  const language = useLanguage()
  return (
    <div className="stack">
      <p>{calendarDay(withheldUntil, language)}</p>
      {state === 'withheld' && <p className="field__hint">{w.reviewBy(calendarDay(reviewBy, language))}</p>}
    </div>
  )
}

function State({ of: { state, reviewOverdue } }: OfOne) {
  const w = useWords(words)
  return (
    <span className="stack">
      <span className={state === 'withheld' ? 'state state--alert' : 'state'}>{w.states[state]}</span>
      {reviewOverdue && <span className="state state--alert">{w.overdue}</span>}
    </span>
  )
}

interface ActsProps extends OfOne {
  readonly onAct: (act: WithholdingAct) => void
}

/** What is open to this officer: a proposal is approved by somebody else, and ended by anybody. */
function Acts({ of: { state, caseRef, askedBy, approveBy }, onAct }: ActsProps) {
  const w = useWords(words)
  const language = useLanguage()
  const stepUp = useStepUp()
  const me = useMe().data
  const mayAct = me?.roles.includes('privacy_officer') ?? false
  const act = (name: WithholdingAct, label: string, full: string, onClick = () => onAct(name)) => (
    <button className="button" type="button" aria-label={full} onClick={onClick}>
      {label}
    </button>
  )
  if (!mayAct || (state !== 'asked' && state !== 'withheld')) return '–'
  if (state === 'withheld') return act('review', w.review, w.reviewOf(caseRef))
  const isOwn = askedBy === me?.sub
  return (
    <div className="stack">
      <p>{isOwn ? w.second : w.approveBy(calendarDay(approveBy, language))}</p>
      <div className="acts">
        {!isOwn &&
          act('approve', w.approve, w.approveOf(caseRef), () =>
            stepUp.isNeeded() ? stepUp.ask() : onAct('approve'),
          )}
        {act('withdraw', w.withdraw, w.withdrawOf(caseRef))}
      </div>
    </div>
  )
}

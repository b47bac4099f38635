import { fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { words } from './approval-words.ts'
import { ConfirmedAct } from './confirmed-act.tsx'
import type { Approval } from './contract.ts'

/** A sweep that stopped because too much became due at once, and asks two people. */
export function BulkItem({ approval }: { readonly approval: Approval }) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const isOpen = approval.state === 'open'
  return (
    <li className="panel">
      <h2>{w.bulk}</h2>
      <p>{w.bulkText(approval.due, name('entity', approval.entity))}</p>
      <p className="field__hint">
        {w.askedBy(fullDay(approval.askedAt, language))}. {w.given(approval.approvals)}.{' '}
        {isOpen
          ? w.expires(fullDay(approval.expiresAt, language))
          : `${w.states[approval.state]}; ${w.usedOf(approval.used, approval.due)}.`}
      </p>
      {isOpen && approval.approvedByMe && <p className="notice">{w.ownGiven}</p>}
      {isOpen && !approval.approvedByMe && (
        <ConfirmedAct
          label={w.approve}
          question={w.sure}
          text={w.sureText(approval.due)}
          yes={w.yes}
          path={`/v1/retention/approvals/${approval.id}/approve`}
          refreshed={['/v1/retention/approvals']}
        />
      )}
    </li>
  )
}

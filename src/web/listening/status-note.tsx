import { useTranslation } from 'react-i18next'
import type { CallSummary } from '../api/contract.ts'

const TOLD = ['processing', 'quarantined', 'unplayable'] as const

/** What is out of the ordinary about a call, in words; nothing for the ordinary one. */
export function StatusNote({ call }: { readonly call: CallSummary }) {
  const { t } = useTranslation()
  const status = TOLD.find((known) => known === call.status)
  const notes = [status, call.held && ('held' as const), call.restricted && ('restricted' as const)]
  return notes.map((note) => {
    if (!note) return null
    return (
      <p key={note} className="note">
        {t(`status.${note}`)}
      </p>
    )
  })
}

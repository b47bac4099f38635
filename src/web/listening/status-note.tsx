import { useTranslation } from 'react-i18next'
import type { Call, CallSummary } from '../api/contract.ts'
import { useNames } from '../i18n/language.ts'

const TOLD = ['processing', 'quarantined', 'unplayable'] as const

/** What is out of the ordinary about a call, in words; nothing for the ordinary one. */
export function StatusNote({ call }: { readonly call: CallSummary & Partial<Pick<Call, 'media'>> }) {
  const { t } = useTranslation()
  const name = useNames()
  const { status, statusReason, held, restricted, media } = call
  const told = TOLD.find((known) => known === status)
  const reason = status === 'unplayable' && statusReason ? name('unplayableReason', statusReason, '') : ''
  const notes = [
    told && `${reason} ${t(`status.${told}`)}`,
    media?.state === 'parked' && t('status.parked'),
    media?.warning && name('soundWarning', media.warning, ''),
    held && t('status.held'),
    restricted && t('status.restricted'),
  ]
  return notes.map((note) =>
    note ? (
      <p key={note} className="note">
        {note.trim()}
      </p>
    ) : null,
  )
}

import { useState } from 'react'
import type { Access } from '../api/contract.ts'
import { fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { TextArea } from '../ui/field.tsx'
import { words } from './words.ts'

/** Asking who was behind a line, and what came of it. */
export function AskName({ access, path }: { readonly access: Access; readonly path: string }) {
  const { heard: w } = useWords(words)
  const language = useLanguage()
  const [isAsking, setAsking] = useState(false)
  const { id, nameRequest, name, firstAt } = access
  if (nameRequest) return <p role="status">{w.asked[nameRequest](name ?? '')}</p>
  if (id === null) return null
  return (
    <p>
      <button
        className="button button--quiet"
        type="button"
        aria-label={w.askOf(fullDay(firstAt, language))}
        onClick={() => setAsking(true)}
      >
        {w.ask}
      </button>
      {isAsking && (
        <Question path={`${path}/${id}/name-request`} refreshed={path} onEnd={() => setAsking(false)} />
      )}
    </p>
  )
}

interface QuestionProps {
  readonly path: string
  readonly refreshed: string
  readonly onEnd: () => void
}

function Question({ path, refreshed, onEnd }: QuestionProps) {
  const { heard: w } = useWords(words)
  const [reason, setReason] = useState('')
  return (
    <ActDialog
      title={w.askTitle}
      effect={<p>{w.askEffect}</p>}
      act={w.askAct}
      sending={() => ({ path, body: { reason } })}
      refreshed={[refreshed, '/v1/privacy-requests']}
      onDone={onEnd}
      onClose={onEnd}
    >
      <div className="form__whole">
        <TextArea label={w.askReason} value={reason} onValue={setReason} required maxLength={2000} />
      </div>
    </ActDialog>
  )
}

import { type SubmitEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { words as common } from '../ui/words.ts'
import { words } from './ask-words.ts'
import type { DisclosureDetail } from './contract.ts'
import { bodyOf, type Draft, NEW_DRAFT } from './draft.ts'
import { GroundFields } from './ground-fields.tsx'
import { HandingFields } from './handing-fields.tsx'
import { partsOf } from './parts.ts'
import { RecipientFields } from './recipient-fields.tsx'
import { RecordingFields } from './recording-fields.tsx'
import { words as shared } from './words.ts'

/** Asks for recordings, or parts of them, to be given to somebody outside. */
export function Component() {
  const w = useWords(words)
  const { back } = useWords(shared)
  const { sending } = useWords(common)
  const [draft, setDraft] = useState(NEW_DRAFT)
  const send = useSend<DisclosureDetail>(['/v1/disclosures'])
  const navigate = useNavigate()
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const isReadable = draft.recordings.every(({ parts }) => partsOf(parts) !== undefined)
    if (send.isPending || !isReadable) return
    send.mutate(
      { path: '/v1/disclosures', body: bodyOf(draft) },
      { onSuccess: ({ id }) => void navigate(`/verstrekkingen/${id}`) },
    )
  }
  return (
    <div className="wide">
      <p>
        <Link className="back" to="/verstrekkingen">
          {back}
        </Link>
      </p>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <form className="wide" onSubmit={submit}>
        <RecipientFields draft={draft} set={set} />
        <GroundFields draft={draft} set={set} />
        <RecordingFields draft={draft} set={set} />
        <HandingFields draft={draft} set={set} />
        <ProblemNote error={send.error} />
        <p className="acts">
          <button className="button button--main" type="submit" aria-disabled={send.isPending}>
            {send.isPending ? sending : w.send}
          </button>
        </p>
      </form>
    </div>
  )
}

import { useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import type { Declared } from './contract.ts'
import { ReasonFields } from './reason-fields.tsx'
import type { SectionProps } from './recording-page.tsx'
import { words } from './recording-words.ts'
import { words as shared } from './words.ts'

interface PeopleSectionProps extends SectionProps {
  readonly declared: Declared
  readonly onDeclared: (declared: Declared) => void
}

/** Whose call it is, shown once the officer says for what; and the way to link one of no known member. */
export function PeopleSection(props: PeopleSectionProps) {
  const { recording, mayDecide, onDone, declared, onDeclared } = props
  const { people: w } = useWords(words)
  const [asked, setAsked] = useState<'reason' | 'link'>()
  const close = () => setAsked(undefined)
  const isUnlinked = recording.status === 'unlinked'
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      {isUnlinked && <p className="notice">{w.unlinked}</p>}
      {recording.memberRef === undefined ? <p>{w.hidden}</p> : <People recording={recording} />}
      <p className="acts">
        {recording.memberRef === undefined && (
          <button className="button" type="button" onClick={() => setAsked('reason')}>
            {w.show}
          </button>
        )}
        {isUnlinked && mayDecide && (
          <button className="button" type="button" onClick={() => setAsked('link')}>
            {w.link}
          </button>
        )}
      </p>
      {asked === 'reason' && (
        <ReasonDialog
          declared={declared}
          onClose={close}
          onDeclared={(wanted) => {
            close()
            onDeclared(wanted)
          }}
        />
      )}
      {asked === 'link' && (
        <LinkDialog
          id={recording.id}
          onClose={close}
          onDone={() => {
            close()
            onDone(w.linked)
          }}
        />
      )}
    </section>
  )
}

function People({ recording: { memberRef, agentRef } }: Pick<SectionProps, 'recording'>) {
  const { people: w } = useWords(words)
  const { unknown } = useWords(shared)
  return (
    <dl className="facts">
      <div>
        <dt>{w.member}</dt>
        <dd>{memberRef ?? unknown}</dd>
      </div>
      <div>
        <dt>{w.agent}</dt>
        <dd>{agentRef ?? unknown}</dd>
      </div>
    </dl>
  )
}

interface ReasonDialogProps {
  readonly declared: Declared
  readonly onDeclared: (declared: Declared) => void
  readonly onClose: () => void
}

function ReasonDialog({ declared, onDeclared, onClose }: ReasonDialogProps) {
  const { people: w } = useWords(words)
  const [draft, setDraft] = useState(declared)
  return (
    <Dialog title={w.title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          onDeclared(draft)
        }}
      >
        <ReasonFields declared={draft} onDeclared={setDraft} />
        <div className="form__acts">
          <button className="button button--main" type="submit">
            {w.show}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface LinkDialogProps {
  readonly id: string
  readonly onDone: () => void
  readonly onClose: () => void
}

function LinkDialog({ id, onDone, onClose }: LinkDialogProps) {
  const { people: w } = useWords(words)
  const [memberRef, setMemberRef] = useState('')
  const path = `/v1/recordings/${id}`
  return (
    <ActDialog
      title={w.link}
      effect={<p>{w.linkEffect}</p>}
      act={w.linkAct}
      sending={() => ({ path, method: 'PATCH', body: { memberRef: memberRef.trim() } })}
      refreshed={[path]}
      onDone={onDone}
      onClose={onClose}
    >
      <TextField
        label={w.memberRef}
        required
        maxLength={100}
        autoComplete="off"
        value={memberRef}
        onValue={setMemberRef}
      />
    </ActDialog>
  )
}

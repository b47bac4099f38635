import { useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { SelectField, TextArea, TextField } from '../ui/field.tsx'
import type { NameRequest } from './contract.ts'
import { words } from './name-words.ts'

interface DialogProps {
  readonly request: NameRequest
  /** With what to say of it. */
  readonly onDone: (text: string) => void
  readonly onClose: () => void
}

const REFRESHED = ['/v1/name-requests']

/** No is chosen unless an officer says yes. */
export function DecideName({ request: { id, reason }, onDone, onClose }: DialogProps) {
  const w = useWords(words)
  const { deciding } = w
  const [decision, setDecision] = useState('refuse')
  const [balance, setBalance] = useState('')
  const [name, setName] = useState('')
  const isShown = decision === 'reveal'
  return (
    <ActDialog
      title={deciding.title}
      effect={
        <>
          <p>{deciding.asks}</p>
          <blockquote className="notice">{reason}</blockquote>
          <p>{isShown ? deciding.revealEffect : deciding.refuseEffect}</p>
        </>
      }
      act={deciding.act}
      sending={() => ({
        path: `/v1/name-requests/${id}/decision`,
        body: { decision, balance, ...(isShown ? { name } : {}) },
      })}
      refreshed={REFRESHED}
      onDone={() => onDone(isShown ? w.proposed : w.decided)}
      onClose={onClose}
    >
      <SelectField
        label={deciding.outcome}
        value={decision}
        onValue={setDecision}
        choices={[
          { value: 'refuse', label: deciding.refuse },
          { value: 'reveal', label: deciding.reveal },
        ]}
      />
      {isShown && (
        <TextField
          label={deciding.name}
          required
          maxLength={200}
          autoComplete="off"
          value={name}
          onValue={setName}
        />
      )}
      <div className="form__whole">
        <TextArea
          label={deciding.balance}
          hint={deciding.balanceHint}
          required
          minLength={20}
          maxLength={2000}
          value={balance}
          onValue={setBalance}
        />
      </div>
    </ActDialog>
  )
}

/** The second officer reads what was weighed, and agrees or does not. */
export function JudgeName({ request, onDone, onClose }: DialogProps) {
  const w = useWords(words)
  const { judging, deciding } = w
  const { id, reason, name, balance, decidedBy } = request
  const [verdict, setVerdict] = useState('no')
  const approve = verdict === 'yes'
  return (
    <ActDialog
      title={judging.title}
      effect={
        <>
          <p>{deciding.asks}</p>
          <blockquote className="notice">{reason}</blockquote>
          <p>{w.balance(decidedBy ?? '', balance ?? '')}</p>
          <p>{judging.effect(name ?? '')}</p>
        </>
      }
      act={judging.act}
      sending={() => ({ path: `/v1/name-requests/${id}/approval`, body: { approve } })}
      refreshed={REFRESHED}
      onDone={() => onDone(approve ? w.revealed : w.declined)}
      onClose={onClose}
    >
      <SelectField
        label={judging.outcome}
        value={verdict}
        onValue={setVerdict}
        choices={[
          { value: 'no', label: judging.no },
          { value: 'yes', label: judging.yes },
        ]}
      />
    </ActDialog>
  )
}

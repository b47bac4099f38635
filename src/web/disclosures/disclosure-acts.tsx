import { useState } from 'react'
import { useMe } from '../api/queries.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { SelectField, TextArea, TextField } from '../ui/field.tsx'
import { words } from './act-words.ts'
import type { DisclosureDetail, Invitation } from './contract.ts'
import { words as shared } from './words.ts'

type DisclosureAct = 'approve' | 'invite' | 'revoke' | 'return'

interface DisclosureActsProps {
  readonly disclosure: DisclosureDetail
  readonly onTold: (text: string) => void
  readonly onInvited: (invitation: Invitation | null) => void
}

/** Pure: what may still be done; whether this officer may is for the service to say. */
function actsOf({ state, pushUrl, sentAt, returned }: DisclosureDetail, isOwn: boolean): DisclosureAct[] {
  const acts: DisclosureAct[] = []
  if (state === 'requested' && !isOwn) acts.push('approve')
  if (state === 'approved' && pushUrl === null) acts.push('invite')
  if (sentAt !== null && returned === null) acts.push('return')
  if (state !== 'revoked') acts.push('revoke')
  return acts
}

export function DisclosureActs({ disclosure, onTold, onInvited }: DisclosureActsProps) {
  const w = useWords(words)
  const me = useMe().data?.sub
  const [act, setAct] = useState<DisclosureAct | null>(null)
  const hasAsked = disclosure.asked.by === me
  const hasApproved = disclosure.approvals.some(({ by }) => by === me)
  const isOpen = disclosure.state === 'requested'
  const close = () => setAct(null)
  const done = (text: string) => {
    close()
    onInvited(null)
    onTold(text)
  }
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      {isOpen && hasAsked && <p className="notice">{w.own}</p>}
      {isOpen && hasApproved && <p className="notice">{w.already}</p>}
      {disclosure.state === 'lapsed' && <p className="notice">{w.lapsed}</p>}
      <p className="acts">
        {actsOf(disclosure, hasAsked || hasApproved).map((one, place) => (
          <button
            key={one}
            className={place === 0 && one !== 'revoke' ? 'button button--main' : 'button'}
            type="button"
            onClick={() => setAct(one)}
          >
            {w[one]}
          </button>
        ))}
      </p>
      {act === 'approve' && <ApproveDialog disclosure={disclosure} onDone={done} onClose={close} />}
      {act === 'revoke' && <RevokeDialog disclosure={disclosure} onDone={done} onClose={close} />}
      {act === 'return' && <ReturnDialog disclosure={disclosure} onDone={done} onClose={close} />}
      {act === 'invite' && (
        <InviteDialog
          disclosure={disclosure}
          onClose={close}
          onDone={(invitation) => {
            done(w.invited)
            onInvited(invitation)
          }}
        />
      )}
    </section>
  )
}

interface ActProps<T = string> {
  readonly disclosure: DisclosureDetail
  readonly onDone: (answer: T) => void
  readonly onClose: () => void
}

const REFRESHED = ['/v1/disclosures'] as const

function ApproveDialog({ disclosure: { id, recipient }, onDone, onClose }: ActProps) {
  const w = useWords(words)
  return (
    <ActDialog
      title={w.approveTitle}
      effect={<p>{w.approveEffect(recipient.legalName)}</p>}
      act={w.approve}
      sending={() => ({ path: `/v1/disclosures/${id}/approve` })}
      refreshed={REFRESHED}
      onDone={() => onDone(w.approved)}
      onClose={onClose}
    />
  )
}

function InviteDialog({ disclosure: { id }, onDone, onClose }: ActProps<Invitation>) {
  const w = useWords(words)
  const [hours, setHours] = useState('24')
  return (
    <ActDialog<Invitation>
      title={w.inviteTitle}
      effect={<p>{w.inviteEffect}</p>}
      act={w.invite}
      sending={() => ({ path: `/v1/disclosures/${id}/delivery`, body: { hours: Number(hours) } })}
      refreshed={REFRESHED}
      onDone={onDone}
      onClose={onClose}
    >
      <TextField
        type="number"
        label={w.hours}
        hint={w.hoursHint}
        required
        min={1}
        max={72}
        step={1}
        value={hours}
        onValue={setHours}
      />
    </ActDialog>
  )
}

function RevokeDialog({ disclosure: { id }, onDone, onClose }: ActProps) {
  const w = useWords(words)
  const [reason, setReason] = useState('')
  return (
    <ActDialog
      title={w.revokeTitle}
      effect={<p>{w.revokeEffect}</p>}
      act={w.revoke}
      sending={() => ({ path: `/v1/disclosures/${id}/revoke`, body: { reason } })}
      refreshed={REFRESHED}
      onDone={() => onDone(w.revoked)}
      onClose={onClose}
    >
      <div className="form__whole">
        <TextArea label={w.revokeReason} required maxLength={2000} value={reason} onValue={setReason} />
      </div>
    </ActDialog>
  )
}

function ReturnDialog({ disclosure: { id }, onDone, onClose }: ActProps) {
  const w = useWords(words)
  const { how: names } = useWords(shared)
  const [how, setHow] = useState('deleted')
  const [on, setOn] = useState('')
  return (
    <ActDialog
      title={w.returnTitle}
      effect={<p>{w.returnEffect}</p>}
      act={w.return}
      sending={() => ({ path: `/v1/disclosures/${id}/return`, body: { how, on } })}
      refreshed={REFRESHED}
      onDone={() => onDone(w.returned)}
      onClose={onClose}
    >
      <SelectField
        label={w.how}
        value={how}
        onValue={setHow}
        choices={Object.entries(names).map(([value, label]) => ({ value, label }))}
      />
      <TextField type="date" label={w.on} required value={on} onValue={setOn} />
    </ActDialog>
  )
}

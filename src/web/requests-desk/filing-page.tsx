import { type SubmitEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import type { PrivacyRequest, RequestType } from '../rights/contract.ts'
import { TypeChoice } from '../rights/type-choice.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { CheckField, SelectField, TextArea, TextField } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { words } from './words.ts'

const CHANNELS = ['mail', 'post', 'phone', 'in_person'] as const
const RELATIONS = ['proxy', 'guardian', 'parent', 'heir'] as const

interface Proxy {
  readonly relation: string
  readonly mandateRef: string
  readonly validUntil: string
}

interface Filed {
  readonly types: readonly RequestType[]
  readonly memberRef: string
  /** As the browser's own field gives it, in the zone of whoever fills it in. */
  readonly receivedAt: string
  readonly channel: string
  readonly message: string
  readonly proxy: Proxy | null
}

const EMPTY: Filed = { types: [], memberRef: '', receivedAt: '', channel: 'mail', message: '', proxy: null }

/** Staff write down what a member asked for on another way than the listening room. */
export function Component() {
  const { filing: w, dossier } = useWords(words)
  const [filed, setFiled] = useState(EMPTY)
  const navigate = useNavigate()
  const sending = useSend<PrivacyRequest>(['/v1/privacy-requests'])
  const change = (part: Partial<Filed>) => setFiled((before) => ({ ...before, ...part }))
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    if (sending.isPending) return
    sending.mutate(
      { path: '/v1/privacy-requests', body: bodyOf(filed) },
      { onSuccess: ({ id }) => void navigate(`/privacyverzoeken/${id}`) },
    )
  }
  return (
    <>
      <Link className="back" to="/privacyverzoeken">
        {dossier.back}
      </Link>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <form className="ask" onSubmit={send}>
        <TextField
          label={w.member}
          required
          maxLength={100}
          autoComplete="off"
          value={filed.memberRef}
          onValue={(memberRef) => change({ memberRef })}
        />
        <Receipt filed={filed} onChange={change} />
        <TypeChoice chosen={filed.types} onChange={(types) => change({ types })} problem={undefined} />
        <TextArea
          label={w.message}
          maxLength={4000}
          value={filed.message}
          onValue={(message) => change({ message })}
        />
        <ProxyFields proxy={filed.proxy} onChange={(proxy) => change({ proxy })} />
        <ProblemNote error={sending.error} />
        <p className="acts">
          <button className="button button--main" type="submit" aria-disabled={sending.isPending}>
            {sending.isPending ? w.sending : w.send}
          </button>
        </p>
      </form>
    </>
  )
}

interface PartProps {
  readonly filed: Filed
  readonly onChange: (part: Partial<Filed>) => void
}

function Receipt({ filed, onChange }: PartProps) {
  const { filing: w, channel } = useWords(words)
  return (
    <div className="form">
      <TextField
        type="datetime-local"
        label={w.receivedAt}
        hint={w.receivedHint}
        required
        value={filed.receivedAt}
        onValue={(receivedAt) => onChange({ receivedAt })}
      />
      <SelectField
        label={w.channel}
        value={filed.channel}
        onValue={(value) => onChange({ channel: value })}
        choices={CHANNELS.map((value) => ({ value, label: channel[value] ?? value }))}
      />
    </div>
  )
}

function ProxyFields({
  proxy,
  onChange,
}: {
  readonly proxy: Proxy | null
  readonly onChange: (proxy: Proxy | null) => void
}) {
  const { filing: w, dossier } = useWords(words)
  return (
    <div className="question-group">
      <CheckField
        label={w.proxy}
        checked={proxy !== null}
        onValue={(isWanted) =>
          onChange(isWanted ? { relation: 'proxy', mandateRef: '', validUntil: '' } : null)
        }
      />
      {proxy && (
        <div className="form">
          <SelectField
            label={w.relation}
            value={proxy.relation}
            onValue={(relation) => onChange({ ...proxy, relation })}
            choices={RELATIONS.map((value) => ({ value, label: dossier.relation[value] ?? value }))}
          />
          <TextField
            label={w.mandate}
            hint={w.mandateHint}
            required
            maxLength={100}
            value={proxy.mandateRef}
            onValue={(mandateRef) => onChange({ ...proxy, mandateRef })}
          />
          <TextField
            type="date"
            label={w.validUntil}
            required
            value={proxy.validUntil}
            onValue={(validUntil) => onChange({ ...proxy, validUntil })}
          />
        </div>
      )}
    </div>
  )
}

const bodyOf = ({ types, memberRef, receivedAt, channel, message, proxy }: Filed) => ({
  types,
  memberRef: memberRef.trim(),
  receivedAt: new Date(receivedAt).toISOString(),
  channel,
  ...(message.trim() ? { message: message.trim() } : {}),
  ...(proxy ? { proxy } : {}),
})

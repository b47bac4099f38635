import { useMutation } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { ApiProblem, request } from '../api/request.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { TextField } from '../ui/field.tsx'
import { words } from './words.ts'

interface Delivered {
  readonly n: number
  readonly recordingId: string
  readonly taken: boolean
}

interface Delivery {
  /** That opened it; kept in this page only. */
  readonly secret: string
  readonly items: readonly Delivered[]
}

/** Where a recipient, who is nobody here, fetches what was given: the address opens nothing without the secret. */
export function Component() {
  const { id = '' } = useParams()
  const w = useWords(words)
  const [address] = useSearchParams()
  const path = `/v1/deliveries/${encodeURIComponent(id)}`
  const opening = useMutation({
    mutationFn: async (secret: string): Promise<Delivery> => ({
      secret,
      ...(await request<{ items: Delivered[] }>(path, { method: 'POST', body: { secret } })),
    }),
    networkMode: 'always',
  })
  const { data, error, isPending } = opening
  const open = (secret: string) => !isPending && opening.mutate(secret)
  return (
    <div className="page-parts">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      {address.has('geweigerd') && opening.isIdle && <p className="notice notice--alert">{w.brokenOff}</p>}
      <div role="alert">
        {error && (
          <p className="notice notice--alert">
            {error instanceof ApiProblem && error.status === 404 ? w.refused : w.away}
          </p>
        )}
      </div>
      {data ? (
        <Parcels path={path} delivery={data} onLook={() => open(data.secret)} />
      ) : (
        <SecretForm isPending={isPending} onSecret={open} />
      )}
    </div>
  )
}

interface SecretFormProps {
  readonly isPending: boolean
  readonly onSecret: (secret: string) => void
}

function SecretForm({ isPending, onSecret }: SecretFormProps) {
  const w = useWords(words)
  const [secret, setSecret] = useState('')
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    onSecret(secret.trim())
  }
  return (
    <form className="panel" onSubmit={submit}>
      <TextField
        label={w.secret}
        hint={w.secretHint}
        required
        maxLength={100}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={secret}
        onValue={setSecret}
      />
      <p className="acts">
        <button className="button button--main" type="submit" aria-disabled={isPending}>
          {isPending ? w.opening : w.open}
        </button>
      </p>
    </form>
  )
}

interface ParcelsProps {
  readonly path: string
  readonly delivery: Delivery
  readonly onLook: () => void
}

function Parcels({ path, delivery: { secret, items }, onLook }: ParcelsProps) {
  const w = useWords(words)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="panel">
      <h2 ref={heading} tabIndex={-1} className="news">
        {w.list}
      </h2>
      <p>{w.once}</p>
      <DataTable
        caption={w.list}
        hideCaption
        rows={items}
        rowKey={({ recordingId }) => recordingId}
        columns={[
          { key: 'recording', label: w.recording, cell: ({ recordingId }) => <code>{recordingId}</code> },
          {
            key: 'fetch',
            label: w.action,
            cell: ({ n, taken }) =>
              taken ? (
                <span className="state">{w.taken}</span>
              ) : (
                // A form, so that the browser saves the sound while it arrives and the secret is in no address.
                <form method="post" action={`${path}/recordings/${n}`}>
                  <input type="hidden" name="secret" value={secret} />
                  <button className="button" type="submit" aria-label={w.fetchOf(n)}>
                    {w.fetch}
                  </button>
                </form>
              ),
          },
        ]}
      />
      <p className="acts">
        <button className="button" type="button" onClick={onLook}>
          {w.look}
        </button>
      </p>
    </section>
  )
}

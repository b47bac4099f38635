import { type SubmitEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import type { CallPage, Me } from '../api/contract.ts'
import { useCalls, useMe } from '../api/queries.ts'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { More } from '../listening/more-calls.tsx'
import { Loading } from '../shell/loading.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { SelectField, TextField } from '../ui/field.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { type CaseCall, CaseCalls } from './case-calls.tsx'
import { type Declaration, DeclarationFields, undeclared } from './declaration.tsx'
import { words } from './words.ts'

/** Where staff find the calls they may have business with. */
export function Component() {
  const w = useWords(words)
  const me = useMe().data
  if (!me) return null
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      {me.roles.includes('agent') && <OwnContacts />}
      <CaseSearch me={me} />
      <ByReference />
    </div>
  )
}

const ALL = { product: '', from: '' }

function OwnContacts() {
  const { contacts: w } = useWords(words)
  const calls = useCalls(ALL)
  return (
    <section>
      <h2>{w.heading}</h2>
      <Contacts calls={calls} />
    </section>
  )
}

function Contacts({ calls }: { readonly calls: ReturnType<typeof useCalls> }) {
  const { contacts: w } = useWords(words)
  const items = itemsOf(calls.data)
  if (calls.isError && !calls.data)
    return <ProblemNote error={calls.error} onRetry={() => void calls.refetch()} />
  if (calls.isPending) return <Loading />
  return (
    <>
      <CaseCalls caption={w.caption} empty={w.empty} calls={items} />
      <More calls={calls} shown={items.length} onMore={() => undefined} />
    </>
  )
}

const itemsOf = (data: { readonly pages: readonly CallPage[] } | undefined): readonly CaseCall[] =>
  data?.pages.flatMap((page) => page.items) ?? []

const KINDS = ['policy', 'claim', 'complaint'] as const
type Kind = (typeof KINDS)[number]

interface Found extends Declaration {
  readonly items: readonly CaseCall[]
}

/** A search is an act with a purpose and a case, so it is asked for and not looked at again by itself. */
function CaseSearch({ me }: { readonly me: Me }) {
  const { search: w } = useWords(words)
  const [declaration, setDeclaration] = useState(() => undeclared(me))
  const [kind, setKind] = useState<Kind>('claim')
  const [reference, setReference] = useState('')
  const [found, setFound] = useState<Found | null>(null)
  const searching = useSend<{ items: readonly CaseCall[] }>([])
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    if (searching.isPending) return
    const body = { ...declaration, [kind]: reference.trim() }
    searching.mutate(
      { path: '/v1/case-searches', body },
      { onSuccess: ({ items }) => setFound({ ...declaration, items }), onError: () => setFound(null) },
    )
  }
  return (
    <section className="panel">
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      <form className="form" onSubmit={onSubmit}>
        <DeclarationFields me={me} declaration={declaration} onDeclare={setDeclaration} />
        <SelectField
          label={w.kind}
          choices={KINDS.map((value) => ({ value, label: w.kinds[value] }))}
          value={kind}
          onValue={(value) => setKind(value as Kind)}
        />
        <TextField label={w.reference} required maxLength={200} value={reference} onValue={setReference} />
        <div className="form__whole">
          <ProblemNote error={searching.error} />
        </div>
        <div className="form__acts">
          <button className="button button--main" type="submit" aria-disabled={searching.isPending}>
            {searching.isPending ? w.busy : w.submit}
          </button>
        </div>
      </form>
      <div role="status">
        {found && (
          <CaseCalls
            caption={w.caption}
            empty={w.none}
            calls={found.items}
            declaration={{ purpose: found.purpose, caseRef: found.caseRef }}
          />
        )}
      </div>
    </section>
  )
}

function ByReference() {
  const { direct: w } = useWords(words)
  const navigate = useNavigate()
  const [reference, setReference] = useState('')
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    void navigate(`/beluisteren/${encodeURIComponent(reference.trim())}`)
  }
  return (
    <section className="panel">
      <h2>{w.heading}</h2>
      <form className="form" onSubmit={onSubmit}>
        <TextField
          label={w.label}
          hint={w.hint}
          required
          maxLength={36}
          value={reference}
          onValue={setReference}
        />
        <div className="form__acts">
          <button className="button" type="submit">
            {w.submit}
          </button>
        </div>
      </form>
    </section>
  )
}

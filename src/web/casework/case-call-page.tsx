import { type SubmitEvent, useMemo, useRef, useState } from 'react'
import { Link, useLocation, useParams } from 'react-router'
import type { Me } from '../api/contract.ts'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { KeyboardHelp } from '../player/keyboard-help.tsx'
import { clockTime } from '../player/time.ts'
import type { Sound } from '../player/use-player.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import type { CameFrom, CaseCall } from './case-calls.tsx'
import { CasePlayer } from './case-player.tsx'
import { type Declaration, DeclarationFields, undeclared } from './declaration.tsx'
import { words } from './words.ts'

/** One call, for staff: first what they listen for, then the sound. */
export function Component() {
  const { id = '' } = useParams()
  const me = useMe().data
  return me ? <CaseCallDetails key={id} id={id} me={me} /> : null
}

/** Agents see what is recorded of a call of their own; others what the list told, if they came from it. */
function useCaseCall(id: string, me: Me): CaseCall | undefined {
  const cameFrom = (useLocation().state as CameFrom | null)?.call
  const path = `/v1/recordings/${encodeURIComponent(id)}`
  const own = useGet<CaseCall>(me.roles.includes('agent') ? path : null)
  return own.data ?? (cameFrom?.id === id ? cameFrom : undefined)
}

function CaseCallDetails({ id, me }: { readonly id: string; readonly me: Me }) {
  const w = useWords(words)
  const language = useLanguage()
  const call = useCaseCall(id, me)
  const earlier = (useLocation().state as CameFrom | null)?.declaration
  const [declared, setDeclared] = useState<Declaration | null>(earlier ?? null)
  const sound = useCaseSound(id, call, declared)
  const day = call && fullDay(call.startedAt, language)
  return (
    <article className="call-page">
      <p>
        <Link className="back" to="/beluisteren">
          {w.call.back}
        </Link>
      </p>
      <PageHeading title={w.call.title}>{day ? w.call.heading(day) : w.call.unknown}</PageHeading>
      <Facts id={id} call={call} />
      {call?.restricted && <p className="note">{w.call.restricted}</p>}
      <Declared me={me} declared={declared} onDeclare={setDeclared} />
      <CasePlayer sound={sound} ready={declared !== null} />
      <KeyboardHelp />
    </article>
  )
}

function useCaseSound(id: string, call: CaseCall | undefined, declared: Declaration | null): Sound {
  const { refusals } = useWords(words)
  const language = useLanguage()
  const startedAt = call?.startedAt
  const durationSeconds = call?.durationSeconds ?? null
  return useMemo(
    () => ({
      id,
      when: startedAt ? `${fullDay(startedAt, language)}, ${clock(startedAt, language)}` : id,
      durationSeconds,
      preparing: false,
      pictured: false,
      channels: [],
      ...(declared && { intent: declared }),
      refusals,
    }),
    [id, startedAt, durationSeconds, declared, language, refusals],
  )
}

function Facts({ id, call }: { readonly id: string; readonly call: CaseCall | undefined }) {
  const { call: w } = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const facts = [
    [w.reference, <code key="id">{id}</code>],
    ...(call
      ? [
          [w.time, `${clock(call.startedAt, language)}, ${clockTime(call.durationSeconds)}`],
          [w.facts, `${name('product', call.product)} · ${name('entity', call.entity)}`],
          [w.member, call.memberRef],
          [w.agent, call.agentRef],
        ]
      : []),
  ] as const
  return (
    <>
      <dl className="facts">
        {facts.map(
          ([fact, value]) =>
            value && (
              <div key={String(fact)}>
                <dt>{fact}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {!call && <p className="note">{w.hidden}</p>}
    </>
  )
}

interface DeclaredProps {
  readonly me: Me
  readonly declared: Declaration | null
  readonly onDeclare: (declared: Declaration | null) => void
}

/** Says what somebody listens for; it is asked for before anything can be played. */
function Declared({ me, declared, onDeclare }: DeclaredProps) {
  const { declare: w } = useWords(words)
  const name = useNames()
  const heading = useRef<HTMLHeadingElement>(null)
  const [draft, setDraft] = useState(declared ?? undeclared(me))
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    const caseRef = draft.caseRef.trim()
    if (draft.purpose === '' || caseRef === '') return
    onDeclare({ purpose: draft.purpose, caseRef })
    // The form goes; the focus stays here, where it now says what was declared.
    heading.current?.focus()
  }
  return (
    <section className="section">
      <h2 ref={heading} tabIndex={-1}>
        {w.heading}
      </h2>
      {declared ? (
        <>
          <p role="status">{w.declared(name('purpose', declared.purpose), declared.caseRef)}</p>
          <p>{w.confidential}</p>
          <p className="acts">
            <button className="button" type="button" onClick={() => onDeclare(null)}>
              {w.change}
            </button>
          </p>
        </>
      ) : (
        <>
          <p>{w.text}</p>
          <form className="form" onSubmit={onSubmit}>
            <DeclarationFields me={me} declaration={draft} onDeclare={setDraft} />
            <div className="form__acts">
              <button className="button button--main" type="submit">
                {w.submit}
              </button>
            </div>
          </form>
        </>
      )}
    </section>
  )
}

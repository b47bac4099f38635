import { type SubmitEvent, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useSend } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { ASKABLE, type PrivacyRequest } from './contract.ts'
import { type Asked, bodyOf, EMPTY, gapOf } from './new-request.ts'
import { pageWords } from './page-words.ts'
import { Particulars } from './particulars.tsx'
import { TypeChoice } from './type-choice.tsx'
import { WhichCalls } from './which-calls.tsx'

/** A member asks for their rights; what they came from (a call, a right) is filled in already. */
export function Component() {
  const { form: w } = useWords(pageWords)
  const [address] = useSearchParams()
  const [asked, setAsked] = useState<Asked>(() => startingFrom(address))
  const [isTried, setTried] = useState(false)
  const navigate = useNavigate()
  const sending = useSend<PrivacyRequest>(['/v1/privacy-requests'])
  const change = (part: Partial<Asked>) => setAsked((before) => ({ ...before, ...part }))
  const gap = gapOf(asked)
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    setTried(true)
    if (gap || sending.isPending) return
    sending.mutate(
      { path: '/v1/privacy-requests', body: bodyOf(asked) },
      { onSuccess: ({ id }) => void navigate(`/verzoeken/${id}`, { state: { isNew: true } }) },
    )
  }
  return (
    <>
      <Link className="back" to="/verzoeken">
        {w.back}
      </Link>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <form className="ask" onSubmit={send} noValidate>
        <TypeChoice
          chosen={asked.types}
          onChange={(types) => change({ types })}
          problem={isTried && gap === 'type' ? w.chooseType : undefined}
        />
        <WhichCalls
          calls={asked.calls}
          onChange={(calls) => change({ calls })}
          problem={isTried && gap === 'calls' ? w.chooseCall : undefined}
        />
        <Particulars asked={asked} onChange={change} />
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

/** `?soort=erasure&gesprek=<id>`: from the page of a call. */
function startingFrom(address: URLSearchParams): Asked {
  const wanted = address.getAll('soort')
  const call = address.get('gesprek')
  return {
    ...EMPTY,
    types: ASKABLE.filter((type) => wanted.includes(type)),
    calls: call ? [call] : 'all',
  }
}

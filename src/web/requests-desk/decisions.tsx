import { useState } from 'react'
import { useWords } from '../i18n/words.ts'
import type { Item, PrivacyRequest, RequestType } from '../rights/contract.ts'
import { requestWords } from '../rights/words.ts'
import { actWords } from './act-words.ts'
import { AboutCall, Basis } from './decided.tsx'
import { DecisionForm } from './decision-form.tsx'

/** What is still to be decided, right by right; an answer is for as many questions as are chosen. */
export function Decisions({ request }: { readonly request: PrivacyRequest }) {
  const { decide: w } = useWords(actWords)
  const open = request.items.filter(({ state }) => state === 'open')
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      {request.types.map((type) => (
        <OfType key={type} id={request.id} type={type} items={open.filter((item) => item.type === type)} />
      ))}
    </section>
  )
}

interface OfTypeProps {
  readonly id: string
  readonly type: RequestType
  readonly items: readonly Item[]
}

function OfType({ id, type, items }: OfTypeProps) {
  const { decide: w } = useWords(actWords)
  const names = useWords(requestWords)
  const [left, setLeft] = useState<readonly number[]>([])
  if (items.length === 0) return null
  const chosen = items.map(({ n }) => n).filter((n) => !left.includes(n))
  const toggle = (n: number) => setLeft(left.includes(n) ? left.filter((one) => one !== n) : [...left, n])
  return (
    <div className="panel">
      <h3>{names.type[type]}</h3>
      <fieldset className="question-group">
        <legend className="unseen">{w.open}</legend>
        <ul className="picks">
          {items.map((item) => (
            <li key={item.n}>
              <label className="radio">
                <input type="checkbox" checked={chosen.includes(item.n)} onChange={() => toggle(item.n)} />
                <span className="unseen">{w.choose(String(item.n))}</span>
              </label>
              <span>
                <AboutCall item={item} />
                {item.purpose && ' · '}
                <Basis item={item} />
              </span>
            </li>
          ))}
        </ul>
        <p role="status">{w.chosen(chosen.length)}</p>
      </fieldset>
      <DecisionForm id={id} type={type} chosen={chosen} />
    </div>
  )
}

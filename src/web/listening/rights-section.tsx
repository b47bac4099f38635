import { useState } from 'react'
import { Link } from 'react-router'
import type { Call } from '../api/contract.ts'
import { useWords } from '../i18n/words.ts'
import { CopyOffer } from './copy-section.tsx'
import { stillCounts, TRAINING, todayOf } from './keeping.ts'
import { TrainingObjection } from './training-objection.tsx'
import { words } from './words.ts'

type Right = keyof typeof words.nl.rights.items

/** What a member can do about a call: take a copy, object, and ask for the rights that somebody has to decide on. */
export function RightsSection({ call, withCopy }: { readonly call: Call; readonly withCopy: boolean }) {
  const { rights: w } = useWords(words)
  const [today] = useState(() => todayOf(Date.now()))
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <ul className="purposes">
        {withCopy && (
          <li className="purpose">
            <CopyOffer call={call} level="h3" />
          </li>
        )}
        <TrainingObjection call={call} />
        {rightsTo(call, today).map((right) => (
          <Request key={right} call={call} right={right} />
        ))}
      </ul>
    </section>
  )
}

/** Which rights there are depends on the legal basis of the purposes that count (Art. 16 to 21 GDPR). */
function rightsTo({ purposes }: Call, today: string): readonly Right[] {
  const counting = purposes.filter((tag) => stillCounts(tag, today))
  const rests = (...bases: string[]) => counting.some(({ legalBasis }) => bases.includes(legalBasis))
  const objectable = counting.some(
    ({ purpose, legalBasis }) => legalBasis === 'legitimate_interests' && purpose !== TRAINING,
  )
  return [
    'correction',
    ...(objectable ? (['objection'] as const) : []),
    'erasure',
    'restriction',
    ...(rests('consent', 'contract') ? (['portability'] as const) : []),
  ]
}

const ASKED_AS: Readonly<Record<Right, string>> = {
  correction: 'rectification',
  objection: 'objection',
  erasure: 'erasure',
  restriction: 'restriction',
  portability: 'portability',
}

/** A right on which somebody has to decide; the form is filled in as far as this page knows. */
function Request({ call, right }: { readonly call: Call; readonly right: Right }) {
  const { rights: w } = useWords(words)
  const [name = '', text] = w.items[right]
  const address = new URLSearchParams({ soort: ASKED_AS[right], gesprek: call.id })
  const byLaw =
    right === 'erasure' && call.purposes.some(({ legalBasis }) => legalBasis === 'legal_obligation')
  return (
    <li className="purpose">
      <h3>{name}</h3>
      <p>
        {text} {byLaw && w.byLaw}
      </p>
      <p className="acts">
        <Link to={`/verzoeken/nieuw?${address}`}>
          {w.ask}
          <span className="unseen">: {name}</span>
        </Link>
      </p>
    </li>
  )
}

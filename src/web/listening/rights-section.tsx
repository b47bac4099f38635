import { useState } from 'react'
import type { Call } from '../api/contract.ts'
import { useMe } from '../api/queries.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
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

/** A right that is asked for by mail, to whoever the organisation named; the letter is begun for them. */
function Request({ call, right }: { readonly call: Call; readonly right: Right }) {
  const { rights: w } = useWords(words)
  const contact = useMe().data?.contact
  const language = useLanguage()
  const when = `${fullDay(call.startedAt, language)}, ${clock(call.startedAt, language)}`
  const [name = '', text] = w.items[right]
  const letter = new URLSearchParams({ subject: w.subject(name, when), body: w.mail(name, when, call.id) })
  const byLaw =
    right === 'erasure' && call.purposes.some(({ legalBasis }) => legalBasis === 'legal_obligation')
  return (
    <li className="purpose">
      <h3>{name}</h3>
      <p>
        {text} {byLaw && w.byLaw}
      </p>
      <p className="acts">
        {contact ? (
          // A plus would stand in the letter as it is: mailto knows %20 only (RFC 6068).
          <a href={`mailto:${contact}?${letter.toString().replaceAll('+', '%20')}`}>
            {w.ask}
            <span className="unseen">: {name}</span>
          </a>
        ) : (
          w.noContact
        )}
      </p>
    </li>
  )
}
